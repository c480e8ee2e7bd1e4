/* The memory of one message, however much that is. */
#include <criterion/criterion.h>

#include <malloc.h>
#include <stdio.h>

#include "wire/block.h"
#include "wire/message.h"

#include "cbank/v1/record.pb-c.h"

/* What the walker promises is a guess for the block: too small a first one changes nothing. */
Test(block, a_message_that_does_not_fit_takes_more)
{
    enum { TITLES = 200 };
    static Cbank__V1__LangText titles[TITLES], *list[TITLES];
    Cbank__V1__CreditRecord record = CBANK__V1__CREDIT_RECORD__INIT, *read;
    static char values[TITLES][16];
    cbank_buffer bytes = {0}, again = {0};

    for (size_t i = 0; i < TITLES; i++) {
        snprintf(values[i], sizeof(values[i]), "title %zu", i);
        cbank__v1__lang_text__init(&titles[i]);
        titles[i].value = values[i];
        list[i] = &titles[i];
    }
    record.version = 1;
    record.title = list;
    record.n_title = TITLES;
    cr_assert_eq(cbi_message_pack(&record, &bytes, NULL), CBANK_OK);
    cr_assert_gt(sizeof(record), 256, "more than a block has at least");
    for (size_t size = 0; size < 4 * bytes.size; size = 2 * size + 1) {
        size_t held = 0;

        for (int round = 0; round < 40; round++) {
            read = (Cbank__V1__CreditRecord *)(void *)cbi_block_unpack(
                &cbank__v1__credit_record__descriptor, cbi_bytes_of_buffer(&bytes), size);
            cr_assert_not_null(read);
            again.size = 0;
            cr_assert_eq(cbi_message_pack(read, &again, NULL), CBANK_OK);
            cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&bytes), cbi_bytes_of_buffer(&again)));
            cbi_block_free(read);
            if (round == 20) /* malloc keeps a few of what it was given back */
                held = mallinfo2().uordblks;
        }
        cr_expect_eq(mallinfo2().uordblks, held, "all of it is given back");
    }
    cbi_block_free(NULL);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&again);
}

Test(block, what_does_not_unpack_leaves_nothing)
{
    cr_expect_null(cbi_block_unpack(&cbank__v1__credit_record__descriptor,
                                    cbi_bytes_of("\x0a\x05z", 3), 64));
}
