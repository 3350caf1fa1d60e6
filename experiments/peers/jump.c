#include <stdint.h>

/* Lamping & Veach, arXiv:1406.2294, figure 1 */
static int32_t JumpConsistentHash(uint64_t key, int32_t num_buckets) {
    int64_t b = -1, j = 0;
    while (j < num_buckets) {
        b = j;
        key = key * 2862933555777941757ULL + 1;
        j = (b + 1) * ((double)(1LL << 31) / (double)((key >> 33) + 1));
    }
    return b;
}

void jump_all(const uint64_t *keys, int64_t count, int64_t num_buckets, int32_t *out) {
    for (int64_t i = 0; i < count; i++)
        out[i] = JumpConsistentHash(keys[i], (int32_t)num_buckets);
}
