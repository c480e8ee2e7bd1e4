/* Publishing: who may, in which order, and that what stops half way goes on. */
#include "bank/gazette.h"

#include <string.h>

#include "bank/auditor.h"
#include "bank/institution.h"

#define it audited

TestSuite(rulebook, .init = auditor_begin, .fini = auditor_end);

#define CATALOGUE CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_CATALOGUE

static gazette_answer publish_works(const gazette_issue *issue)
{
    gazette_answer answer = gazette_publish(&it, issue);

    cr_assert_eq(answer.status, CBANK_OK, "%s: %s %s",
                 cbi_reason_word((cbi_reason)answer.err.reason), answer.err.object,
                 answer.err.detail);
    return answer;
}

static void publish_fails(const gazette_issue *issue, cbi_reason reason)
{
    gazette_answer answer = gazette_publish(&it, issue);

    cr_expect_eq(answer.status, cbi_reason_status(reason));
    cr_expect_eq(answer.err.reason, (int32_t)reason, "%s, not %s",
                 cbi_reason_word((cbi_reason)answer.err.reason), cbi_reason_word(reason));
}

/* The edition in force on a day, as far as was known at a size of the log; 0 if none is. */
static uint32_t in_force(uint64_t size, uint32_t day)
{
    cbi_knowing known = {size, INT64_MAX};
    cbi_reader reader = {0};
    cbi_edition edition;
    cbank_status status;

    teller_works(cbi_ledger_read_begin(it.bank->ledger, &reader, &teller_err));
    status = cbi_edition_in_force(reader.txn, CATALOGUE, "pxu/courses", &known, day, &edition,
                                  &teller_err);
    cbi_ledger_read_end(&reader);
    return status == CBANK_OK ? edition.edition : 0;
}

Test(rulebook, what_is_published_is_read_back_to_the_byte)
{
    gazette_answer answer = publish_works(&(gazette_issue){.entries = 120, .filling = 1000});
    cbank_buffer envelope = {0}, page = {0};
    cbi_publication publication = {0};
    cbi_reader reader = {0};
    cbi_edition found;

    cr_expect_str_eq(answer.edition.id, "pxu/courses");
    cr_expect_eq(answer.edition.pages, 3u);
    teller_works(cbi_ledger_read_begin(it.bank->ledger, &reader, &teller_err));
    teller_works(cbi_edition_find(reader.txn, &answer.edition.digest, &found, &teller_err));
    cr_expect_eq(memcmp(&found, &answer.edition, sizeof(found)), 0);
    teller_works(cbi_edition_head(reader.txn, reader.hasher, &found, &envelope, &publication,
                                  &teller_err));
    cr_expect_str_eq(publication.head->authority, TELLER_COLLEGE);
    for (uint32_t i = 0; i < 3; i++)
        teller_works(cbi_edition_page(reader.txn, &found, i, &page, &teller_err));
    cr_expect_eq(cbi_edition_page(reader.txn, &found, 3, &page, &teller_err), CBANK_E_CORRUPT);
    cbi_ledger_read_end(&reader);
    cbi_publication_clear(&publication);
    cbank_buffer_clear(&envelope);
    cbank_buffer_clear(&page);
    auditor_finds_nothing();
}

Test(rulebook, editions_follow_one_another_and_belong_to_who_came_first)
{
    cbi_private *other = NULL;

    publish_fails(&(gazette_issue){.edition = 2}, CBI_REASON_PUBLICATION_EDITION);
    publish_works(&(gazette_issue){0});
    publish_fails(&(gazette_issue){.note = "another first edition"},
                  CBI_REASON_PUBLICATION_EDITION);
    publish_fails(&(gazette_issue){.edition = 3}, CBI_REASON_PUBLICATION_EDITION);
    publish_works(&(gazette_issue){.edition = 2});
    other = gazette_vouch(&it, "JXEDU");
    publish_fails(&(gazette_issue){.edition = 3, .authority = "JXEDU", .key = other},
                  CBI_REASON_PUBLICATION_OWNER);
    publish_fails(&(gazette_issue){.edition = 3, .authority = "NOBODY"},
                  CBI_REASON_INSTITUTION_MISSING);
    publish_fails(&(gazette_issue){.edition = 3, .key = other}, CBI_REASON_BAD_SIGNATURE);
    cbi_private_free(other);
    auditor_finds_nothing();
}

Test(rulebook, the_same_file_again_changes_nothing)
{
    cbank_buffer file = gazette_print(&it, &(gazette_issue){.entries = 2});
    gazette_answer first = gazette_publish_file(&it, &file);
    gazette_answer again = gazette_publish_file(&it, &file);

    cr_expect_eq(first.status, CBANK_OK);
    cr_expect_eq(again.status, CBANK_OK);
    cr_expect_eq(memcmp(&first.edition, &again.edition, sizeof(first.edition)), 0);
    cbank_buffer_clear(&file);
}

Test(rulebook, what_it_builds_on_must_be_here_to_the_byte)
{
    gazette_answer base = publish_works(&(gazette_issue){0});
    cbi_edition other = base.edition;

    other.digest.bytes[0] ^= 1;
    publish_fails(&(gazette_issue){.id = "pxu/more", .uses = &other}, CBI_REASON_PUBLICATION_USES);
    other = base.edition;
    other.edition = 2;
    publish_fails(&(gazette_issue){.id = "pxu/more", .uses = &other}, CBI_REASON_PUBLICATION_USES);
    publish_works(&(gazette_issue){.id = "pxu/more", .uses = &base.edition});
    auditor_finds_nothing();
}

Test(rulebook, a_suspended_authority_publishes_nothing)
{
    teller_works(cbi_institution_change(it.bank, TELLER_COLLEGE, true, "audit", "", (cbi_bytes){0},
                                        ++it.now, &teller_err));
    publish_fails(&(gazette_issue){0}, CBI_REASON_INSTITUTION_SUSPENDED);
}

Test(rulebook, a_head_that_counts_wrongly_is_refused)
{
    publish_fails(&(gazette_issue){.entries = 2, .items = 3}, CBI_REASON_PARTS_DIFFER);
}

/* Every byte: nothing that was altered is ever published. */
Test(rulebook, an_altered_file_is_refused)
{
    cbank_buffer file = gazette_print(&it, &(gazette_issue){.entries = 2});

    for (size_t i = 0; i < file.size; i++) {
        gazette_answer answer;

        file.data[i] ^= 1;
        answer = gazette_publish_file(&it, &file);
        cr_expect_neq(answer.status, CBANK_OK, "byte %zu", i);
        file.data[i] ^= 1;
    }
    cr_expect_eq(gazette_publish_file(&it, &file).status, CBANK_OK);
    cbank_buffer_clear(&file);
}

/* Some 33 MB: three commits. */
#define MANY 33000

Test(rulebook, a_large_one_goes_in_chunks_and_goes_on_where_it_stopped)
{
    cbank_buffer file = gazette_print(&it, &(gazette_issue){.entries = MANY, .filling = 1000});
    cbi_publishing publishing;
    gazette_answer answer;
    uint32_t first;
    bool more;

    teller_works(cbi_publishing_open(it.bank, cbi_bytes_of_buffer(&file), (cbi_bytes){0},
                                     &publishing, &teller_err));
    teller_works(cbi_publishing_write(&publishing, ++it.now, &more, &teller_err));
    cr_expect(more);
    first = publishing.next;
    cr_expect_gt(first, 0u);
    cbi_publishing_clear(&publishing);
    cr_expect_eq(in_force(UINT64_MAX, 20240101), 0u, "half of it is not published");
    auditor_finds_nothing();
    teller_works(cbi_publishing_open(it.bank, cbi_bytes_of_buffer(&file), (cbi_bytes){0},
                                     &publishing, &teller_err));
    cr_expect_eq(publishing.next, first);
    cbi_publishing_clear(&publishing);
    answer = gazette_publish_file(&it, &file);
    cr_expect_eq(answer.status, CBANK_OK);
    cr_expect_eq(in_force(UINT64_MAX, 20240101), 1u);
    auditor_finds_nothing();
    cbank_buffer_clear(&file);
}

Test(rulebook, another_file_of_the_name_clears_away_what_was_given_up)
{
    cbank_buffer file = gazette_print(&it, &(gazette_issue){.entries = MANY, .filling = 1000});
    cbi_publishing publishing;
    cbi_reader reader = {0};
    uint64_t rows;
    bool more;

    teller_works(cbi_publishing_open(it.bank, cbi_bytes_of_buffer(&file), (cbi_bytes){0},
                                     &publishing, &teller_err));
    teller_works(cbi_publishing_write(&publishing, ++it.now, &more, &teller_err));
    publish_works(&(gazette_issue){.note = "the better one"});
    teller_works(cbi_ledger_read_begin(it.bank->ledger, &reader, &teller_err));
    teller_works(cbi_txn_count(reader.txn, CBI_TABLE_BODY, &rows, &teller_err));
    cbi_ledger_read_end(&reader);
    cr_expect_eq(rows, 2u, "envelope and page of the one that was published");
    cr_expect_eq(cbi_publishing_write(&publishing, ++it.now, &more, &teller_err),
                 CBANK_E_CONFLICT, "its edition is taken");
    cbi_publishing_clear(&publishing);
    cbank_buffer_clear(&file);
    auditor_finds_nothing();
}

Test(rulebook, a_key_that_was_replaced_publishes_no_more)
{
    cbank_buffer file = gazette_print(&it, &(gazette_issue){0});
    gazette_answer answer;

    gazette_rotate(&it);
    answer = gazette_publish_file(&it, &file);
    teller_fails(answer.status, answer.err, PUBLICATION_SIGNER);
    cbank_buffer_clear(&file);
    publish_works(&(gazette_issue){0});
    gazette_rotate(&it);
    publish_works(&(gazette_issue){.edition = 2});
    auditor_finds_nothing();
}

/* ---- in force ---------------------------------------------------------------------------- */

Test(rulebook, the_day_selects_the_edition_and_the_log_says_what_was_known)
{
    gazette_answer first = publish_works(&(gazette_issue){.from = 20200101});
    gazette_answer second =
        publish_works(&(gazette_issue){.edition = 2, .from = 20220101, .until = 20231231});
    gazette_answer third = publish_works(&(gazette_issue){.edition = 3, .from = 20230701});
    uint64_t before = third.edition.index;
    gazette_answer gone = gazette_withdraw(&it, &third.edition, TELLER_COLLEGE, it.college_key,
                                           20250101);

    cr_assert_eq(gone.status, CBANK_OK);
    cr_expect_eq(in_force(UINT64_MAX, 20191231), 0u);
    cr_expect_eq(in_force(UINT64_MAX, 20200101), 1u);
    cr_expect_eq(in_force(UINT64_MAX, 20211231), 1u);
    cr_expect_eq(in_force(UINT64_MAX, 20220101), 2u);
    cr_expect_eq(in_force(UINT64_MAX, 20230701), 3u, "the highest of those in force");
    cr_expect_eq(in_force(UINT64_MAX, 20241231), 3u);
    cr_expect_eq(in_force(UINT64_MAX, 20250101), 1u, "withdrawn from that day on");
    /* The same days, as of earlier logs. */
    cr_expect_eq(in_force(gone.edition.withdrawn_index, 20250101), 3u, "not withdrawn yet");
    cr_expect_eq(in_force(before, 20230701), 2u, "not published yet");
    cr_expect_eq(in_force(second.edition.index, 20230701), 1u);
    cr_expect_eq(in_force(first.edition.index, 20230701), 0u);
    auditor_finds_nothing();
}

Test(rulebook, only_its_authority_withdraws_an_edition_and_only_once)
{
    gazette_answer made = publish_works(&(gazette_issue){0}), answer;
    cbi_edition unknown = made.edition;
    cbi_private *other = NULL;

    teller_works(cbi_private_new(it.bank->config.suite, &other, &teller_err));
    answer = gazette_withdraw(&it, &made.edition, TELLER_COLLEGE, other, 0);
    teller_fails(answer.status, answer.err, BAD_SIGNATURE);
    teller_vouch(&it, "JXEDU");
    answer = gazette_withdraw(&it, &made.edition, "JXEDU", other, 0);
    teller_fails(answer.status, answer.err, PUBLICATION_OWNER);
    unknown.digest.bytes[0] ^= 1;
    answer = gazette_withdraw(&it, &unknown, TELLER_COLLEGE, it.college_key, 0);
    teller_fails(answer.status, answer.err, PUBLICATION_UNKNOWN);
    answer = gazette_withdraw(&it, &made.edition, TELLER_COLLEGE, it.college_key, 0);
    cr_assert_eq(answer.status, CBANK_OK);
    cr_expect_eq(in_force(UINT64_MAX, 20240101), 0u, "it never was in force");
    answer = gazette_withdraw(&it, &made.edition, TELLER_COLLEGE, it.college_key, 0);
    teller_fails(answer.status, answer.err, PUBLICATION_WITHDRAWN);
    cbi_private_free(other);
    auditor_finds_nothing();
}

/* ---- what a stranger with access to the store changes ------------------------------------- */

Test(rulebook, a_row_or_page_that_was_changed_is_found)
{
    gazette_answer made = publish_works(&(gazette_issue){.entries = 100, .filling = 1000});
    uint8_t key[CBI_HASH_SIZE + 4];
    cbank_buffer page = {0};
    cbi_edition forged = made.edition;
    cbi_txn *txn = teller_begin(&it, CBI_TXN_WRITE);

    forged.effective_from = 19990101;
    teller_works(cbi_edition_write(txn, &forged, &teller_err));
    teller_commit(txn);
    auditor_finds(CBI_REASON_CHECK_ROW, "publication", "head");
    txn = teller_begin(&it, CBI_TXN_WRITE);
    teller_works(cbi_edition_write(txn, &made.edition, &teller_err));
    teller_commit(txn);
    auditor_finds_nothing();
    txn = teller_begin(&it, CBI_TXN_WRITE);
    teller_works(cbi_edition_page(txn, &made.edition, 1, &page, &teller_err));
    page.data[page.size - 1] ^= 1;
    teller_works(cbi_txn_put(txn, CBI_TABLE_BODY,
                             cbi_edition_body_key(&made.edition.digest, 2, key),
                             cbi_bytes_of_buffer(&page), &teller_err));
    teller_commit(txn);
    auditor_finds(CBI_REASON_CHECK_ROW, "publication", "pages");
    cbank_buffer_clear(&page);
}
