#include "bank/stranger.h"

cbi_disclosure_terms stranger_asks(const teller *it)
{
    return (cbi_disclosure_terms){.account = it->account.digits,
                                  .recipient = "",
                                  .purpose = "",
                                  .now = it->now,
                                  .show_name = true,
                                  .show_number = true,
                                  .show_birth = true,
                                  .evidence = true,
                                  .ground = {.basis = "legal-duty", .document = "教字1号"}};
}

void stranger_meet(teller *it, stranger *out)
{
    *out = (stranger){.terms = {.at = it->now + 60}};
    teller_works(cbi_publish_directory(it->bank, it->root_key, it->now, 0, &out->publication,
                                       &teller_err));
    teller_works(cbi_directory_open(cbi_bytes_of_buffer(&out->publication.file), NULL,
                                    out->terms.at, &out->directory, &teller_err));
    out->trust = (cbi_trust){.directory = &out->directory};
}

cbank_status stranger_judge(stranger *it, cbank_error *err)
{
    cbi_verdict_clear(&it->verdict);
    return cbi_verify_transcript(cbi_bytes_of_buffer(&it->transcript.file), &it->trust, &it->terms,
                                 &it->verdict, err);
}

void stranger_leave(stranger *it)
{
    cbi_verdict_clear(&it->verdict);
    cbi_directory_clear(&it->directory);
    cbi_publish_clear(&it->publication);
    cbi_disclosure_clear(&it->transcript);
}

void stranger_show(teller *it, const cbi_disclosure_terms *terms, stranger *out)
{
    stranger_meet(it, out);
    teller_works(cbi_disclosure_issue(it->bank, terms, &out->transcript, &teller_err));
    teller_works(stranger_judge(out, &teller_err));
}

cbank_status stranger_refuse(teller *it, const cbi_disclosure_terms *terms, cbank_error *err)
{
    cbi_disclosure disclosure = {0};
    cbank_status status = cbi_disclosure_issue(it->bank, terms, &disclosure, err);

    cr_expect_eq(disclosure.file.size, 0, "nothing is handed out");
    cbi_disclosure_clear(&disclosure);
    return status;
}
