#include "bank/letter.h"

void letter_write(letter *out, teller *it, const char *number, const teller_id *records,
                  size_t count)
{
    *out = (letter){.order = {.actor = "op1", .now = ++it->now}};
    cbank__v1__outside_notice__init(&out->notice);
    out->notice.recogniser = cbi_message_string(LETTER_OFFICE);
    out->notice.document = cbi_message_string(number);
    out->notice.on = 20260301;
    for (size_t i = 0; i < count; i++)
        out->records[i] = cbi_message_string(records[i].text);
    out->terms = (cbi_outside_terms){.account = it->account.digits,
                                     .records = out->records,
                                     .record_count = count,
                                     .notice = &out->notice,
                                     .order = &out->order};
}

cbank_status letter_note(teller *it, letter *from, cbi_recognised *out, cbank_error *err)
{
    return cbi_outside_note(it->bank, &from->terms, out, err);
}

cbi_recognised letter_noted(teller *it, const char *number, const teller_id *records, size_t count,
                            Cbank__V1__UseScope scope)
{
    cbi_recognised out;
    letter from;

    letter_write(&from, it, number, records, count);
    from.terms.scope = scope;
    teller_works(letter_note(it, &from, &out, &teller_err));
    return out;
}
