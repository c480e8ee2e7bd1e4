/*
 * stint.h - a stretch of work in which one thread uses the same few keys again and again.
 *
 * To key a MAC or a cipher costs more than to use it on a record, and to ask for sixteen random
 * bytes costs as much as for a thousand. So while a stint lasts, cbi_mac, cbi_seal, cbi_unseal and
 * cbi_random keep what they have made ready, and use it again; who calls them sees no difference.
 *
 * A stint is its thread's own and never outlives the call of the library that began it: at its end
 * keys and random bytes are wiped, so that nothing secret stays in memory between two calls.
 */
#ifndef CBI_CRYPTO_STINT_H
#define CBI_CRYPTO_STINT_H

/* May be nested; the outermost counts. Costs nothing until a key is used. */
void cbi_stint_begin(void);
void cbi_stint_end(void);

#endif
