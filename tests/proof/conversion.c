/* The fold over all chains, as a transcript of any length asks for it. */
#include "proof/conversion.h"

#include <criterion/criterion.h>

#include <time.h>

#include "base/memory.h"

/* Processor time to settle an account of so many withheld awards; the least of three. */
static double cost(uint32_t count)
{
    Cbank__V1__TranscriptHead head = CBANK__V1__TRANSCRIPT_HEAD__INIT;
    Cbank__V1__Chain chain = CBANK__V1__CHAIN__INIT, *chains[] = {&chain};
    cbi_verdict verdict = {.transcript.head = &head, .item_count = count};
    uint64_t joins[1] = {0};
    double least = 0;

    chain.items = count;
    head.n_chains = 1;
    head.chains = chains;
    verdict.joins = joins;
    cr_assert_eq(cbi_alloc(count, sizeof(*verdict.items), &verdict.items, NULL), CBANK_OK);
    for (uint32_t i = 0; i < count; i++) {
        verdict.items[i].sequence = i;
        verdict.items[i].entry_class = CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD;
    }
    for (int run = 0; run < 3; run++) {
        clock_t begin = clock();
        double spent;

        cr_assert_eq(cbi_conversion_settle(&verdict, NULL), CBANK_OK);
        spent = (double)(clock() - begin) / CLOCKS_PER_SEC;
        least = run == 0 || spent < least ? spent : least;
    }
    cbi_free(verdict.items);
    return least;
}

Test(conversion, four_times_the_entries_cost_four_times_as_much)
{
    double some = cost(CBI_TRANSCRIPT_ENTRIES_MAX / 4), all = cost(CBI_TRANSCRIPT_ENTRIES_MAX);

    cr_expect_lt(all, 10 * some + 0.01, "%.4f s, %.4f s", some, all); /* not sixteen times */
}
