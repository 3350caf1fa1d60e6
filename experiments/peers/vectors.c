/* Jump and rendezvous by hand in vector instructions, which is what the compiled kernels of this suite are compared
   with at last. Several registers of keys are under way at once, since no key waits for another; what is left over
   at the end is placed one key at a time. Compiled and loaded by vectors.py. */
#include <immintrin.h>
#include <stdint.h>

typedef uint64_t u64;
typedef int64_t i64;
typedef int32_t i32;

#define M1 0xBF58476D1CE4E5B9ULL
#define M2 0x94D049BB133111EBULL

static inline u64 mix(u64 x) {
    x = (x ^ (x >> 30)) * M1;
    x = (x ^ (x >> 27)) * M2;
    return x ^ (x >> 31);
}
static void rendezvous_rest(const u64 *h, i64 count, const u64 *seeds, const i32 *buckets, i64 n, i32 *out) {
    for (i64 i = 0; i < count; i++) {
        i64 best = 0;
        for (i64 j = 1; j < n; j++)
            if (mix(h[i] ^ seeds[j]) > mix(h[i] ^ seeds[best])) best = j;
        out[i] = buckets[best];
    }
}

#if defined(__AVX512F__) && defined(__AVX512DQ__)

#define LANES 8
#define KEYS 4 /* registers */
typedef __m512i words;
static inline words all(u64 x) { return _mm512_set1_epi64((i64)x); }
static inline words load(const u64 *from) { return _mm512_loadu_si512(from); }
static inline words shifted_xor(words x, int by) { return _mm512_xor_si512(x, _mm512_srli_epi64(x, by)); }
static inline words times(words x, u64 factor) { return _mm512_mullo_epi64(x, all(factor)); }
static inline words xored(words x, words y) { return _mm512_xor_si512(x, y); }
static inline void outbid(words word, words j, words *highest, words *best) {
    __mmask8 wins = _mm512_cmpgt_epu64_mask(word, *highest);
    *highest = _mm512_max_epu64(word, *highest);
    *best = _mm512_mask_mov_epi64(*best, wins, j);
}
static inline void store(words best, const i32 *buckets, i32 *out) {
    _mm256_storeu_si256((__m256i *)out, _mm512_i64gather_epi32(best, buckets, 4));
}

void jump_vectors(const u64 *h, i64 count, i64 n, i32 *out) {
    const __m512d scale = _mm512_set1_pd(2147483648.0), one = _mm512_set1_pd(1), all_n = _mm512_set1_pd((double)n);
    for (i64 i = 0; i < count; i += LANES * KEYS) {
        words key[KEYS];
        __m512d bucket[KEYS], next[KEYS];
        for (int r = 0; r < KEYS; r++) {
            i64 left = count - i - LANES * r;
            __mmask8 there = left >= LANES ? 0xFF : left > 0 ? (__mmask8)((1 << left) - 1) : 0;
            key[r] = _mm512_maskz_loadu_epi64(there, h + i + LANES * r);
            bucket[r] = _mm512_set1_pd(-1), next[r] = _mm512_setzero_pd();
        }
        for (int going = 1; going;) {
            going = 0;
            for (int r = 0; r < KEYS; r++) {
                __mmask8 inside = _mm512_cmp_pd_mask(next[r], all_n, _CMP_LT_OQ);
                bucket[r] = _mm512_mask_mov_pd(bucket[r], inside, next[r]);
                key[r] = _mm512_add_epi64(times(key[r], 2862933555777941757ULL), all(1));
                __m512d draw = _mm512_add_pd(_mm512_cvtepu64_pd(_mm512_srli_epi64(key[r], 33)), one);
                __m512d leap = _mm512_mul_pd(_mm512_add_pd(bucket[r], one), _mm512_div_pd(scale, draw));
                leap = _mm512_roundscale_pd(leap, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);
                next[r] = _mm512_mask_mov_pd(next[r], inside, leap);
                going |= inside;
            }
        }
        for (int r = 0; r < KEYS; r++) {
            i64 left = count - i - LANES * r;
            __mmask8 there = left >= LANES ? 0xFF : left > 0 ? (__mmask8)((1 << left) - 1) : 0;
            _mm256_mask_storeu_epi32(out + i + LANES * r, there, _mm512_cvtpd_epi32(bucket[r]));
        }
    }
}

#elif defined(__AVX2__)

#define LANES 4
#define KEYS 2
typedef __m256i words;
static inline words all(u64 x) { return _mm256_set1_epi64x((i64)x); }
static inline words load(const u64 *from) { return _mm256_loadu_si256((const __m256i *)from); }
static inline words shifted_xor(words x, int by) { return _mm256_xor_si256(x, _mm256_srli_epi64(x, by)); }
static inline words times(words x, u64 factor) {
    words low = all(factor & 0xFFFFFFFFULL), high = all(factor >> 32);
    words cross = _mm256_add_epi64(_mm256_mul_epu32(x, high), _mm256_mul_epu32(_mm256_srli_epi64(x, 32), low));
    return _mm256_add_epi64(_mm256_mul_epu32(x, low), _mm256_slli_epi64(cross, 32));
}
static inline words xored(words x, words y) { return _mm256_xor_si256(x, y); }
static inline void outbid(words word, words j, words *highest, words *best) {
    words sign = all(1ULL << 63); /* there are comparisons of signed numbers alone */
    words wins = _mm256_cmpgt_epi64(_mm256_xor_si256(word, sign), _mm256_xor_si256(*highest, sign));
    *highest = _mm256_blendv_epi8(*highest, word, wins);
    *best = _mm256_blendv_epi8(*best, j, wins);
}
static inline void store(words best, const i32 *buckets, i32 *out) {
    _mm_storeu_si128((__m128i *)out, _mm256_i64gather_epi32(buckets, best, 4));
}

#else
#error "this processor has neither AVX-512 nor AVX2"
#endif

void rendezvous_vectors(const u64 *h, i64 count, const u64 *seeds, const i32 *buckets, i64 n, i32 *out) {
    i64 i = 0;
    for (; i + LANES * KEYS <= count; i += LANES * KEYS) {
        words key[KEYS], highest[KEYS], best[KEYS];
        for (int r = 0; r < KEYS; r++) {
            key[r] = shifted_xor(load(h + i + LANES * r), 30);
            highest[r] = best[r] = all(0);
        }
        for (i64 j = 0; j < n; j++) {
            words seed = all(seeds[j] ^ (seeds[j] >> 30)), number = all((u64)j);
            for (int r = 0; r < KEYS; r++) {
                words word = times(shifted_xor(times(xored(key[r], seed), M1), 27), M2);
                outbid(shifted_xor(word, 31), number, &highest[r], &best[r]);
            }
        }
        for (int r = 0; r < KEYS; r++) store(best[r], buckets, out + i + LANES * r);
    }
    rendezvous_rest(h + i, count - i, seeds, buckets, n, out + i);
}
