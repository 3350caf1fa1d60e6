/* The published lookups of this suite's algorithms as plain loops in C, each of one key after the other, on
   the same words and arrays as ours: what a careful port gives without lanes or blocks. Compiled and loaded
   by loops.py; sources of the algorithms stand in their modules. */
#include <math.h>
#include <stdint.h>

typedef uint64_t u64;
typedef int64_t i64;
typedef int32_t i32;
typedef uint8_t u8;

#define GAMMA 0x9E3779B97F4A7C15ULL
#define LOOP(...) for (i64 i = 0; i < count; i++) out[i] = (i32)(__VA_ARGS__)

static inline u64 mix(u64 x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
    return x ^ (x >> 31);
}
static inline u64 derive(u64 h, u64 i) { return mix(h ^ (GAMMA * ((i & 0xFFFFFFFFULL) + 1))); }
static inline u64 stream(u64 s, u64 t) { return mix(s + t * GAMMA); }
static inline u64 magnitude(u64 x) { return (i64)x < 0 ? 0 - x : x; }
static inline u64 reduce(u64 x, u64 n) { return (u64)(((unsigned __int128)x * n) >> 64); }
static inline int octave(u64 x) { return 63 - __builtin_clzll(x); }
static inline u64 top(u64 x) { return x ? 1ULL << octave(x) : 0; }
static inline u64 below(u64 bit) { return bit ? bit - 1 : 0; }
static inline u64 enclosing(u64 n) { return n <= 1 ? 0 : (2ULL << octave(n - 1)) - 1; }

/* ------------------------------------------------------------------ numbered buckets */

static inline u64 jump(u64 key, i64 n) {
    i64 b = -1, j = 0;
    while (j < n) {
        b = j;
        key = key * 2862933555777941757ULL + 1;
        j = (i64)((b + 1) * ((double)(1LL << 31) / (double)((key >> 33) + 1)));
    }
    return (u64)b;
}

static inline u64 jumpback_word(u64 *state, int xorshift) {
    if (xorshift) {
        u64 word = *state, shifted = word ^ (word << 7);
        *state = shifted ^ (shifted >> 9);
        return word;
    }
    *state += GAMMA;
    return mix(*state);
}

static inline u64 jumpback(u64 h, u64 n, int xorshift) {
    u64 state = h, first = jumpback_word(&state, xorshift);
    u64 octaves = (first ^ (first >> 32)) & enclosing(n);
    while (octaves) {
        u64 low = top(octaves), within = (low << 1) - 1;
        u64 half = __builtin_popcountll(octaves) & 1 ? first >> 32 : first;
        u64 bucket = low + (half & (low - 1));
        if (bucket < n) return bucket;
        for (;;) {
            u64 word = jumpback_word(&state, xorshift);
            bucket = word & within;
            if (bucket < low) break;
            if (bucket < n) return bucket;
            bucket = (word >> 32) & within;
            if (bucket < low) break;
            if (bucket < n) return bucket;
        }
        octaves ^= low;
    }
    return 0;
}

static inline u64 flip_word(u64 h, u64 exponent, u64 number) {
    u64 word = h * (2 * exponent + 1);
    word = (word ^ (word >> 27)) * 0x3C79AC492BA7B653ULL;
    word *= 2 * number + 1;
    word = (word ^ (word >> 33)) * 0x1C69B3F74AC4AE35ULL;
    return word ^ (word >> 27);
}
static inline u64 flipped(u64 h, u64 bits) {
    return bits ? bits ^ (flip_word(h, (u64)octave(bits), 0) & below(top(bits))) : 0;
}
static inline u64 flip(u64 h, u64 n, int tries) {
    u64 mask = enclosing(n), half = mask >> 1;
    if (!mask) return 0;
    u64 general = flip_word(h, 0, 0), bucket = flipped(h, general & mask);
    if (bucket < n) return bucket;
    for (int number = 1; number <= tries; number++) {
        bucket = flip_word(h, (u64)octave(mask), (u64)number) & mask;
        if (bucket <= half) break;
        if (bucket < n) return bucket;
    }
    return flipped(h, general & half);
}

static inline u64 hashed_again(u64 h, u64 number, int authors) {
    if (!authors) return derive(h, number);
    u64 step = h * 2862933555777941757ULL + 1;
    return (step * step * number) >> 32;
}
static inline u64 relocated(u64 h, u64 bits, int authors) {
    u64 low = top(bits), inside = below(low);
    return low + (hashed_again(h, inside, authors) & inside);
}
static inline u64 binomial(u64 h, u64 n, int retries, int authors) {
    u64 mask = enclosing(n), half = mask >> 1, bucket = relocated(h, h & mask, authors), again = h;
    if (bucket < n) return bucket;
    for (int t = 0; t < retries; t++) {
        again = hashed_again(again, mask, authors);
        bucket = relocated(again, again & mask, authors);
        if (bucket <= half) break;
        if (bucket < n) return bucket;
    }
    return relocated(h, h & half, authors);
}

static inline u64 spread(u64 h, u64 bits) { u64 low = top(bits); return low + (derive(h, low) & below(low)); }
static inline u64 power(u64 h, i64 n) {
    u64 mask = enclosing((u64)n), bucket = spread(h, h & mask), state = h;
    i64 half = (i64)(mask >> 1), jumped = half, candidate = half;
    if (bucket < (u64)n) return bucket;
    while (candidate < n) {
        jumped = candidate;
        state = state * 2862933555777941757ULL + 1;
        candidate = (i64)((jumped + 1) * ((double)(1LL << 31) / (double)((state >> 33) + 1)));
    }
    return jumped > half ? (u64)jumped : spread(h, h & (u64)half);
}

void jumpback_all(const u64 *h, i64 count, i64 n, i64 xorshift, i32 *out) {
    if (xorshift) LOOP(jumpback(h[i], (u64)n, 1)); else LOOP(jumpback(h[i], (u64)n, 0));
}
void flip_all(const u64 *h, i64 count, i64 n, i64 tries, i32 *out) { LOOP(flip(h[i], (u64)n, (int)tries)); }
void binomial_all(const u64 *h, i64 count, i64 n, i64 retries, i64 authors, i32 *out) {
    if (authors) LOOP(binomial(h[i], (u64)n, (int)retries, 1)); else LOOP(binomial(h[i], (u64)n, (int)retries, 0));
}
void power_all(const u64 *h, i64 count, i64 n, i32 *out) { LOOP(power(h[i], n)); }

/* ------------------------------------------------------------------ any bucket may go
   Arrays of a history end one past the highest free bucket; their last entry stands for all above. */

static inline i32 at(const i32 *places, i64 length, i32 bucket) {
    return places[bucket < length - 1 ? bucket : length - 1];
}
static inline i32 seen(const i32 *stayed, const i32 *stand_ins, i64 length, i32 bucket, i32 live) {
    while (at(stayed, length, bucket) >= live) bucket = stand_ins[bucket];
    return bucket;
}

static inline i32 anchor(u64 h, i64 capacity, const i32 *stayed, const i32 *stand_ins, i64 length) {
    u64 word = magnitude(derive(h, 0xDEADBEEF));
    i32 bucket = (i32)(word % (u64)capacity), live;
    while ((live = at(stayed, length, bucket))) {
        word = magnitude(derive(derive(word, (u64)bucket), 0xDEADBEEF));
        bucket = seen(stayed, stand_ins, length, (i32)(word % (u64)live), live);
    }
    return bucket;
}

static inline i32 memento(u64 h, i64 size, const i32 *replacers, i64 length) {
    i32 bucket = (i32)jump(h, size), live;
    while ((live = at(replacers, length, bucket))) {
        bucket = (i32)(magnitude(derive(h, (u64)bucket)) % (u64)live);
        i32 replacer;
        while ((replacer = at(replacers, length, bucket)) >= live) bucket = replacer;
    }
    return bucket;
}

static inline i32 jumpback_anchor(u64 h, i64 size, const i32 *stayed, const i32 *stand_ins, i64 length) {
    u64 n = (u64)size, first = stream(h, 1), t = 1, bucket = 0;
    u64 octaves = (first ^ (first >> 32)) & enclosing(n);
    if (size <= 1) return 0;
    for (; octaves; octaves ^= top(octaves)) {
        u64 low = top(octaves), within = (low << 1) - 1;
        u64 half = __builtin_popcountll(octaves) & 1 ? first >> 32 : first;
        bucket = low + (half & (low - 1));
        if (bucket < n) break;
        for (;;) {
            u64 word = stream(h, ++t);
            bucket = word & within;
            if (bucket < n) break;
            bucket = (word >> 32) & within;
            if (bucket < n) break;
        }
        if (bucket >= low) break;
        bucket = 0;
    }
    i32 place = (i32)bucket, live;
    while ((live = at(stayed, length, place))) {
        u64 product = (stream(h, ++t) & 0xFFFFFFFFULL) * (u64)live;
        if ((product & 0xFFFFFFFFULL) < (u64)live) {
            u64 least = (1ULL << 32) % (u64)live;
            while ((product & 0xFFFFFFFFULL) < least) product = (stream(h, ++t) & 0xFFFFFFFFULL) * (u64)live;
        }
        place = seen(stayed, stand_ins, length, (i32)(product >> 32), live);
    }
    return place;
}

static inline u64 dx(u64 h, const u8 *live, i64 slots) {
    u64 t = 1, slot = reduce(stream(h, t), (u64)slots);
    while (!live[slot]) slot = reduce(stream(h, ++t), (u64)slots);
    return slot;
}

static inline u64 consistent(u64 key, u64 n) {
    u64 bits = key & enclosing(n);
    while (bits) {
        int e = octave(bits);
        u64 bit = 1ULL << e, seed = derive(key, (u64)e), t = 1, r = (stream(seed, 1) & (bit - 1)) + bit;
        bits ^= bit;
        if (r < n) return r;
        for (;;) {
            r = stream(seed, ++t) & ((bit << 1) - 1);
            if (r < bit) break;
            if (r < n) return r;
        }
    }
    return 0;
}
static inline i32 sample(u64 h, i32 j, i32 n) { return j + (i32)consistent(derive(h, (u64)j), (u64)(n - j)); }
static inline i32 next_candidate(u64 h, i32 n, i32 k, i32 *chosen) {
    i32 drawn = sample(h, k, n);
    if (!k || chosen[k - 1] < drawn) return chosen[k] = drawn;
    i32 highest = chosen[k - 1], down = highest, i = k - 1;
    for (; i >= 0 && chosen[i] >= down; i--) {
        down = sample(h, i, down);
        if (i && down < chosen[i - 1]) down = chosen[i - 1];
        chosen[i] = down;
    }
    chosen[k] = highest;
    return chosen[i + 1];
}
static inline i32 choose(u64 h, i32 n, const u8 *live, i64 mapped, i32 *chosen) {
    i32 k = 0, bucket = next_candidate(h, n, k, chosen);
    while (mapped && !live[bucket]) bucket = next_candidate(h, n, ++k, chosen);
    return bucket;
}

void anchor_all(const u64 *h, i64 count, i64 capacity, const i32 *stayed, const i32 *stand_ins, i64 length, i32 *out) {
    LOOP(anchor(h[i], capacity, stayed, stand_ins, length));
}
void memento_all(const u64 *h, i64 count, i64 size, const i32 *replacers, i64 length, i32 *out) {
    LOOP(memento(h[i], size, replacers, length));
}
void jumpback_anchor_all(const u64 *h, i64 count, i64 size, const i32 *stayed, const i32 *stand_ins, i64 length, i32 *out) {
    LOOP(jumpback_anchor(h[i], size, stayed, stand_ins, length));
}
void dx_all(const u64 *h, i64 count, const u8 *live, i64 slots, i32 *out) { LOOP(dx(h[i], live, slots)); }
void choose_all(const u64 *h, i64 count, i64 size, const u8 *live, i64 mapped, i32 *chosen, i32 *out) {
    LOOP(choose(h[i], (i32)size, live, mapped, chosen));
}

void weighted_dx_all(const u64 *h, i64 count, const u8 *live, i64 slots, const i32 *owners, i32 *out) {
    LOOP(owners[dx(h[i], live, slots)]);
}

static inline i32 doublejump(u64 h, const u8 *live, i64 slots, const i32 *compact, i64 nodes) {
    i32 slot = (i32)jump(h, slots);
    return live[slot] ? slot : compact[jump(h * 0xC6A4A7935BD1E995ULL, nodes)];
}
void doublejump_all(const u64 *h, i64 count, const u8 *live, i64 slots, const i32 *compact, i64 nodes, i32 *out) {
    LOOP(doublejump(h[i], live, slots, compact, nodes));
}

static inline u64 feistel(u64 key, int j, u64 x, i64 rounds, int crate) {
    int half = j + 1, width = 2 * half;
    u64 mask = (1ULL << half) - 1, left = x >> half, right = x & mask, word = crate ? key : key + GAMMA * (u64)width;
    for (i64 round = 0; round < rounds; round++) {
        u64 f;
        if (crate) {
            u64 product = (right ^ (word & 0xFFFFFFFFULL)) * ((word >> 32) | 1);
            f = (product & 0xFFFFFFFFULL) + (product >> 32);
            word = ((word >> width) | (word << (64 - width))) + GAMMA;
        } else {
            word += GAMMA;
            f = mix(word ^ right) >> 40;
        }
        u64 next = left ^ (f & mask);
        left = right, right = next;
    }
    return (left << half) | right;
}
static inline i32 permutation(u64 h, u64 n, const u8 *live, i64 mapped, int top_layer, const i64 *rounds, int crate) {
    u64 key = derive(h, 0), counters[16] = {0};
    for (;;) {
        u64 bucket = 0;
        for (int j = top_layer; j >= 0; j--) {
            u64 x = feistel(key, j, counters[j]++, rounds[j], crate);
            if (x >> (2 * j)) {
                bucket = x;
                break;
            }
        }
        if (bucket < n && (!mapped || live[bucket])) return (i32)bucket;
    }
}
void permutation_all(const u64 *h, i64 count, i64 size, const u8 *live, i64 mapped, i64 top_layer, const i64 *rounds,
                     i64 crate, i32 *out) {
    if (crate) LOOP(permutation(h[i], (u64)size, live, mapped, (int)top_layer, rounds, 1));
    else LOOP(permutation(h[i], (u64)size, live, mapped, (int)top_layer, rounds, 0));
}

/* ------------------------------------------------------------------ tables */

void remainder_all(const u64 *h, i64 count, const i32 *table, i64 size, i32 *out) {
    u64 entries = (u64)size;
    LOOP(table[h[i] % entries]);
}
void row_all(const u64 *h, i64 count, const i32 *table, i64 shift, i32 *out) { LOOP(table[h[i] >> shift]); }
void gather_all(const u64 *h, i64 count, const i32 *table, i64 size, i32 *out) {
    LOOP(table[reduce(h[i], (u64)size)]); /* no rule to speak of: what the memory allows */
}
void partition_all(const u64 *h, i64 count, const i32 *table, i64 size, i32 *out) {
    LOOP(table[reduce(h[i], (u64)size)]);
}

/* ------------------------------------------------------------------ points */

static inline i64 next_point(u64 value, const u64 *points, i64 n, const i32 *firsts, i64 shift) {
    i64 row = firsts[value >> shift];
    while (row < n && points[row] < value) row++;
    return row == n ? 0 : row;
}
static inline i32 multi_probe(u64 probe, const u64 *points, i64 n, const i32 *firsts, i64 shift, const i32 *owners,
                              i64 probes) {
    u64 step = derive(probe, 0), least = 0;
    i64 best = -1;
    for (i64 number = 0; number < probes; number++, probe += step) {
        i64 row = next_point(probe, points, n, firsts, shift);
        u64 distance = points[row] - probe;
        if (best < 0 || distance < least) best = row, least = distance;
    }
    return owners[best];
}
static inline i32 lrh(u64 h, const u64 *points, i64 n, const i32 *firsts, i64 shift, const uint32_t *candidates,
                      i64 width, const u64 *seeds, const i32 *buckets) {
    const uint32_t *window = candidates + next_point(h, points, n, firsts, shift) * width;
    uint32_t best = window[0];
    u64 highest = mix(h ^ seeds[best]);
    for (i64 j = 1; j < width; j++) {
        u64 word = mix(h ^ seeds[window[j]]);
        if (word > highest || (word == highest && window[j] < best)) best = window[j], highest = word;
    }
    return buckets[best];
}

void multi_probe_all(const u64 *h, i64 count, const u64 *points, i64 n, const i32 *firsts, i64 shift, const i32 *owners,
                     i64 probes, i32 *out) {
    LOOP(multi_probe(h[i], points, n, firsts, shift, owners, probes));
}
void lrh_all(const u64 *h, i64 count, const u64 *points, i64 n, const i32 *firsts, i64 shift, const uint32_t *candidates,
             i64 width, const u64 *seeds, const i32 *buckets, i32 *out) {
    LOOP(lrh(h[i], points, n, firsts, shift, candidates, width, seeds, buckets));
}

static inline i32 interval(u64 h, const u64 *starts, const i32 *owners, i64 n, const i32 *rows, i64 shift) {
    i64 row = rows[h >> shift];
    while (row + 1 < n && starts[row + 1] <= h) row++;
    return owners[row];
}
void ring_all(const u64 *h, i64 count, const u64 *starts, const i32 *owners, i64 n, const i32 *rows, i64 shift, i32 *out) {
    LOOP(interval(h[i], starts, owners, n, rows, shift));
}

/* ------------------------------------------------------------------ scores */

static inline i32 rendezvous(u64 h, const u64 *seeds, const i32 *buckets, i64 n) {
    i64 best = 0;
    u64 highest = mix(h ^ seeds[0]);
    for (i64 j = 1; j < n; j++) {
        u64 word = mix(h ^ seeds[j]);
        if (word > highest) best = j, highest = word;
    }
    return buckets[best];
}
static inline i32 weighted_rendezvous(u64 h, const u64 *seeds, const i32 *buckets, i64 n, const double *weights) {
    i64 best = 0;
    double highest = 0;
    for (i64 j = 0; j < n; j++) {
        double bid = weights[j] / -log(((double)(mix(h ^ seeds[j]) >> 16) + 0.5) / 281474976710656.0);
        if (bid > highest) best = j, highest = bid;
    }
    return buckets[best];
}

void rendezvous_all(const u64 *h, i64 count, const u64 *seeds, const i32 *buckets, i64 n, const double *weights, i64 weighted,
                    i32 *out) {
    if (weighted)
        LOOP(weighted_rendezvous(h[i], seeds, buckets, n, weights));
    else
        LOOP(rendezvous(h[i], seeds, buckets, n));
}

/* ------------------------------------------------------------------ straws */

#define JENKINS(a, b, c)                                                               \
    a = (a - b - c) ^ (c >> 13), b = (b - c - a) ^ (a << 8), c = (c - a - b) ^ (b >> 13), \
    a = (a - b - c) ^ (c >> 12), b = (b - c - a) ^ (a << 16), c = (c - a - b) ^ (b >> 5), \
    a = (a - b - c) ^ (c >> 3), b = (b - c - a) ^ (a << 10), c = (c - a - b) ^ (b >> 15)

static inline uint32_t hash3(uint32_t a, uint32_t b, uint32_t c) {
    uint32_t word = 1315423911u ^ a ^ b ^ c, x = 231232u, y = 1232u;
    JENKINS(a, b, word);
    JENKINS(c, x, word);
    JENKINS(y, a, word);
    JENKINS(b, x, word);
    JENKINS(y, c, word);
    return word;
}
static inline i32 straw2(uint32_t x, const i32 *items, const i64 *weights, i64 n, const i64 *straws) {
    i64 best = 0, least = 0;
    for (i64 j = 0; j < n; j++) {
        i64 straw = straws[hash3(x, (uint32_t)items[j], 0) & 0xFFFF] / weights[j];
        if (j == 0 || straw < least) best = j, least = straw;
    }
    return items[best];
}

void straw2_all(const u64 *h, i64 count, const i32 *items, const i64 *weights, i64 n, const i64 *straws, i32 *out) {
    LOOP(straw2((uint32_t)(h[i] >> 32), items, weights, n, straws));
}

/* ------------------------------------------------------------------ bids, and logarithms
   Of the same operations in the same order as ours, or winners would differ. */

static inline double of_bits(u64 x) { double d; __builtin_memcpy(&d, &x, 8); return d; }
static inline u64 bits_of(double d) { u64 x; __builtin_memcpy(&x, &d, 8); return x; }

static inline double minus_log(u64 word) {
    u64 bits = bits_of((double)(((word >> 16) << 1) | 1));
    double size = (double)((i64)(bits >> 52) - 1023), m = of_bits((bits & ((1ULL << 52) - 1)) | 0x3FF0000000000000ULL);
    if (m > 1.4142135623730951) size += 1.0, m *= 0.5;
    double s = (m - 1.0) / (m + 1.0), z = s * s, series = 1.0 / 19 + z * (1.0 / 21);
    series = 1.0 / 17 + z * series;
    series = 1.0 / 15 + z * series;
    series = 1.0 / 13 + z * series;
    series = 1.0 / 11 + z * series;
    series = 1.0 / 9 + z * series;
    series = 1.0 / 7 + z * series;
    series = 1.0 / 5 + z * series;
    series = 1.0 / 3 + z * series;
    return (49.0 - size) * 0.6931471805599453 - 2.0 * (s + s * (z * series));
}
static inline double exponential(double x) {
    static const double inverse[14] = {1, 1, 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040, 1.0 / 40320,
        1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800.0};
    double k = __builtin_floor(x * (1.0 / 0.6931471805599453) + 0.5);
    double f = (x - k * 0x1.62e42feep-1) - k * 0x1.a39ef35793c76p-33, series = inverse[12] + f * inverse[13];
    for (int power = 11; power >= 2; power--) series = inverse[power] + f * series;
    return of_bits((u64)((i64)k + 1023) << 52) * (1.0 + (f + f * f * series));
}
static inline double uniform(u64 word) { return (double)(word >> 12) * 0x1p-52; }

static inline i64 best_word(u64 h, const u64 *seeds, i64 n) {
    i64 best = 0;
    u64 highest = mix(h ^ seeds[0]);
    for (i64 j = 1; j < n; j++) {
        u64 word = mix(h ^ seeds[j]);
        if (word > highest) best = j, highest = word;
    }
    return best;
}
static inline i64 best_score(u64 h, const u64 *seeds, const double *weights, i64 n) {
    i64 best = 0;
    u64 highest = mix(h ^ seeds[0]);
    double most = weights[0] / minus_log(highest);
    for (i64 j = 1; j < n; j++) {
        u64 word = mix(h ^ seeds[j]);
        double score = weights[j] / minus_log(word);
        if (score > most || (score == most && word > highest)) best = j, highest = word, most = score;
    }
    return best;
}
static inline i64 best_factor(u64 h, const u64 *seeds, const double *factors, i64 n) {
    i64 best = 0;
    u64 highest = mix(h ^ seeds[0]);
    double most = factors[0] * uniform(highest);
    for (i64 j = 1; j < n; j++) {
        u64 word = mix(h ^ seeds[j]);
        double bid = factors[j] * uniform(word);
        if (bid > most || (bid == most && word > highest)) best = j, highest = word, most = bid;
    }
    return best;
}
static inline i64 member(u64 h, const u64 *group_seeds, const double *group_weights, i64 groups, i64 heavy,
                         const i64 *begins, const u64 *seeds, const double *weights, i64 weighted) {
    i64 group = heavy ? best_score(h, group_seeds, group_weights, groups) : best_word(h, group_seeds, groups);
    i64 begin = begins[group], size = begins[group + 1] - begin;
    return begin + (weighted ? best_score(h, seeds + begin, weights + begin, size) : best_word(h, seeds + begin, size));
}
static inline double icws(u64 h, double n, double log_n) {
    double rate = minus_log(stream(h, 1)) + minus_log(stream(h, 2)), offset = uniform(stream(h, 3));
    double sample = exponential(rate * (__builtin_floor(log_n / rate + offset) - offset));
    return __builtin_floor(sample < n - 1.0 ? sample : n - 1.0);
}

void carp_all(const u64 *h, i64 count, const u64 *seeds, i64 n, const double *factors, i64 weighted, const i32 *buckets,
              i32 *out) {
    if (weighted) LOOP(buckets[best_factor(h[i], seeds, factors, n)]);
    else LOOP(buckets[best_word(h[i], seeds, n)]);
}
void hierarchical_all(const u64 *h, i64 count, const u64 *group_seeds, i64 groups, const double *group_weights, i64 heavy,
                      const i64 *begins, const u64 *seeds, const double *weights, i64 weighted, const i32 *buckets,
                      i32 *out) {
    LOOP(buckets[member(h[i], group_seeds, group_weights, groups, heavy, begins, seeds, weights, weighted)]);
}
void icws_all(const u64 *h, i64 count, const double *sizes, i32 *out) { LOOP(icws(h[i], sizes[0], sizes[1])); }
