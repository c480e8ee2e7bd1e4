#include "bank/gazette.h"

#include <stdio.h>
#include <string.h>

#include "bank/institution.h"
#include "rules/content.h"

/* Entries of a catalogue, in pages as any author would make them. */
static void add_pages(cbi_assembly *assembly, uint32_t entries, size_t filling)
{
    cbi_content content = {.kind = CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_CATALOGUE};
    cbi_content_cursor cursor = {0};
    Cbank__V1__LangText title = CBANK__V1__LANG_TEXT__INIT, *titles[1] = {&title};
    cbank_buffer page = {0};
    char code[24], filler[1001] = "";

    memset(filler, 'x', filling == 0 ? 1 : filling);
    title.lang = cbi_message_string("en");
    title.value = filler;
    for (uint32_t i = 0; i < entries; i++) {
        Cbank__V1__CatalogueEntry entry = CBANK__V1__CATALOGUE_ENTRY__INIT;

        snprintf(code, sizeof(code), "C%07u", (unsigned)i);
        entry.code = code;
        entry.type = cbi_message_string("course");
        entry.title = titles;
        entry.n_title = 1;
        teller_works(cbi_content_add(&content, CBI_CATALOGUE_ENTRIES, &entry, (cbi_spot){0},
                                     &teller_err));
    }
    teller_works(cbi_content_sort(&content, &teller_err));
    for (;;) {
        teller_works(cbi_content_page(&content, &cursor, &page, &teller_err));
        if (page.size == 0)
            break;
        teller_works(cbi_assembly_add(assembly, cbi_bytes_of_buffer(&page), &teller_err));
    }
    cbank_buffer_clear(&page);
    cbi_content_clear(&content);
}

static void fill_head(const gazette_issue *issue, Cbank__V1__LangText *title,
                      Cbank__V1__LangText **titles, Cbank__V1__PublicationHead *head)
{
    cbank__v1__lang_text__init(title);
    title->lang = cbi_message_string("zh");
    title->value = cbi_message_string(issue->note != NULL ? issue->note : "课程名录");
    titles[0] = title;
    cbank__v1__publication_head__init(head);
    head->kind = CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_CATALOGUE;
    head->id = cbi_message_string(issue->id != NULL ? issue->id : "pxu/courses");
    head->edition = issue->edition != 0 ? issue->edition : 1;
    head->authority =
        cbi_message_string(issue->authority != NULL ? issue->authority : TELLER_COLLEGE);
    head->title = titles;
    head->n_title = 1;
    head->standing = CBANK__V1__STANDING__STANDING_OWN;
    head->effective_from = issue->from != 0 ? issue->from : 20200101;
    head->effective_until = issue->until;
    head->date_rule = CBANK__V1__DATE_RULE__DATE_RULE_APPLICATION;
    head->partial_dates = CBANK__V1__PARTIAL_DATES__PARTIAL_DATES_FIRST_DAY;
    head->zone = cbi_message_string("+08:00");
}

cbank_buffer gazette_print(teller *it, const gazette_issue *issue)
{
    Cbank__V1__PublicationRef ref = CBANK__V1__PUBLICATION_REF__INIT, *refs[1] = {&ref};
    uint32_t entries = issue->entries != 0 ? issue->entries : 1;
    Cbank__V1__PublicationHead head;
    Cbank__V1__LangText title, *titles[1];
    cbi_publication_builder builder = {0};
    cbank_buffer file = {0};

    teller_works(cbi_publication_begin(it->bank->config.suite, &builder, &teller_err));
    add_pages(&builder.assembly, entries, issue->filling);
    fill_head(issue, &title, titles, &head);
    head.items = issue->items != 0 ? issue->items : entries;
    if (issue->uses != NULL) {
        ref.kind = (Cbank__V1__PublicationKind)issue->uses->kind;
        ref.id = cbi_message_string(issue->uses->id);
        ref.edition = issue->uses->edition;
        ref.digest = cbi_message_data(cbi_bytes_of_hash(&issue->uses->digest));
        head.uses = refs;
        head.n_uses = 1;
    }
    teller_works(cbi_publication_finish(&builder, &head,
                                        issue->key != NULL ? issue->key : it->college_key, &file,
                                        &teller_err));
    cbi_publication_builder_clear(&builder);
    return file;
}

gazette_answer gazette_publish_file(teller *it, const cbank_buffer *file)
{
    gazette_answer answer = {0};
    cbi_publishing publishing;
    bool more = true;

    answer.status = cbi_publishing_open(it->bank, cbi_bytes_of_buffer(file), (cbi_bytes){0},
                                        &publishing, &answer.err);
    if (answer.status != CBANK_OK)
        return answer;
    while (answer.status == CBANK_OK && more) {
        answer.status = cbi_publishing_write(&publishing, ++it->now, &more, &answer.err);
        answer.chunks++;
    }
    answer.edition = publishing.edition;
    cbi_publishing_clear(&publishing);
    return answer;
}

gazette_answer gazette_publish(teller *it, const gazette_issue *issue)
{
    cbank_buffer file = gazette_print(it, issue);
    gazette_answer answer = gazette_publish_file(it, &file);

    cbank_buffer_clear(&file);
    return answer;
}

gazette_answer gazette_withdraw(teller *it, const cbi_edition *edition, const char *authority,
                                const cbi_private *key, uint32_t from)
{
    Cbank__V1__PublicationWithdrawal withdrawal = CBANK__V1__PUBLICATION_WITHDRAWAL__INIT;
    Cbank__V1__PublicationRef ref = CBANK__V1__PUBLICATION_REF__INIT;
    gazette_answer answer = {0};
    cbank_buffer file = {0};

    ref.kind = (Cbank__V1__PublicationKind)edition->kind;
    ref.id = cbi_message_string(edition->id);
    ref.edition = edition->edition;
    ref.digest = cbi_message_data(cbi_bytes_of_hash(&edition->digest));
    withdrawal.origin = cbi_message_string(it->bank->config.origin);
    withdrawal.authority = cbi_message_string(authority);
    withdrawal.publication = &ref;
    withdrawal.from = from;
    withdrawal.at = it->now;
    teller_works(cbi_withdrawal_make(&withdrawal, key, &file, &teller_err));
    answer.status = cbi_withdrawal_take(it->bank, cbi_bytes_of_buffer(&file), (cbi_bytes){0},
                                        ++it->now, &answer.edition, &answer.err);
    cbank_buffer_clear(&file);
    return answer;
}

cbi_private *gazette_vouch(teller *it, const char *code)
{
    Cbank__V1__DatedName name = CBANK__V1__DATED_NAME__INIT, *names[1] = {&name};
    cbi_vouched who = {.code = code, .names = names, .name_count = 1};
    cbi_private *key = NULL;

    name.lang = cbi_message_string("zh");
    name.value = cbi_message_string("示例机构");
    teller_works(cbi_private_new(it->bank->config.suite, &key, &teller_err));
    who.key = *cbi_private_public(key);
    teller_works(cbi_institution_vouch(it->bank, &who, (cbi_bytes){0}, ++it->now, &teller_err));
    return key;
}

void gazette_rotate(teller *it)
{
    Cbank__V1__RequestHead head = CBANK__V1__REQUEST_HEAD__INIT;
    char code[CBI_INSTITUTION_CODE_MAX + 1];
    cbi_private *next = NULL;
    cbank_buffer file = {0};

    teller_works(cbi_private_new(it->bank->config.suite, &next, &teller_err));
    head.origin = cbi_message_string(it->bank->config.origin);
    head.institution = cbi_message_string(TELLER_COLLEGE);
    head.at = it->now;
    teller_works(cbi_request_make(&head, it->college_key, next, &file, &teller_err));
    teller_works(cbi_institution_rotate(it->bank, cbi_bytes_of_buffer(&file), (cbi_bytes){0},
                                        ++it->now, code, &teller_err));
    cbi_private_free(it->college_key);
    it->college_key = next;
    cbank_buffer_clear(&file);
}
