/*
 * signatures.h - what one signature costs with nothing around it: OpenSSL's Ed25519, and SM2 with
 * SM3 under the usual id.
 */
#ifndef BENCH_SIGNATURES_H
#define BENCH_SIGNATURES_H

#include <stdbool.h>

/* Checks a second of one core, over messages of 300 bytes, for `seconds`. */
double signatures_checked(bool sm2, double seconds);

#endif
