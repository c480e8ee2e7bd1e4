#include "api/deskorder.h"
#include "api/face.h"

#include <string.h>

#include "api/enrolmentinfo.h"
#include "api/learnerinfo.h"
#include "bank/enroldesk.h"
#include "bank/family.h"
#include "base/memory.h"

#define LIST_DEFAULT 100u
#define LIST_MAX 1000u

/* ---- replies ----------------------------------------------------------------------------- */

/* Rows of a reply, with what they lend from. */
typedef struct info_list {
    cbi_enrolmentinfo *infos;
    Cbank__Api__V1__EnrolmentInfo **list;
    size_t count;
} info_list;

static cbank_status make_list(size_t capacity, info_list *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(capacity, sizeof(*out->infos), &out->infos, err));
    CBI_TRY(cbi_alloc(capacity, sizeof(*out->list), &out->list, err));
done:
    return status;
}

static cbank_status add_row(cbi_reader *reader, const cbi_enrolment_row *row, info_list *out,
                            cbank_error *err)
{
    cbi_enrolmentinfo *next = &out->infos[out->count++]; /* cleared whatever comes */

    out->list[out->count - 1] = &next->message;
    return cbi_enrolmentinfo_read(reader->txn, reader->hasher, row, next, err);
}

static void clear_list(info_list *it)
{
    for (size_t i = 0; i < it->count; i++)
        cbi_enrolmentinfo_clear(&it->infos[i]);
    cbi_free(it->infos);
    cbi_free(it->list);
    *it = (info_list){0};
}

/* What became of each item, and how its enrolment stands. */
static cbank_status reply_outcomes(cbi_bank *bank, const cbi_deposited *items, size_t count,
                                   const cbi_hash *batch, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__EnrolmentReply message = CBANK__API__V1__ENROLMENT_REPLY__INIT;
    Cbank__Api__V1__EnrolmentOutcome *outcomes = NULL, **list = NULL;
    cbi_enrolment_saying first = {0};
    info_list infos = {0};
    cbi_reader reader = {0};
    cbi_enrolment_row row;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(count, sizeof(*outcomes), &outcomes, err));
    CBI_TRY(cbi_alloc(count, sizeof(*list), &list, err));
    CBI_TRY(make_list(count, &infos, err));
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    for (size_t i = 0; i < count; i++) {
        cbank__api__v1__enrolment_outcome__init(&outcomes[i]);
        list[i] = &outcomes[i];
        outcomes[i].outcome = (Cbank__Api__V1__OutcomeKind)items[i].outcome;
        if (items[i].index == 0) /* judged only */
            continue;
        CBI_TRY(cbi_enrolment_read(reader.txn, reader.hasher, items[i].index, &first, err));
        CBI_TRY(cbi_enrolment_by_id(reader.txn, &first.id, &row, err));
        cbi_enrolment_saying_clear(&first);
        CBI_TRY(add_row(&reader, &row, &infos, err));
        outcomes[i].enrolment = infos.list[infos.count - 1];
    }
    message.results = list;
    message.n_results = count;
    if (batch != NULL)
        message.batch = cbi_message_data(cbi_bytes_of_hash(batch));
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    cbi_enrolment_saying_clear(&first);
    cbi_ledger_read_end(&reader);
    clear_list(&infos);
    cbi_free(outcomes);
    cbi_free(list);
    return status;
}

/* ---- add and change ---------------------------------------------------------------------- */

static cbank_status check_count(const char *name, size_t count, cbank_error *err)
{
    if (count == 0)
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, name, NULL);
    return cbi_face_check_list(name, count, CBI_DESK_ITEMS_MAX, err);
}

static cbank_status take_drafts(const Cbank__Api__V1__EnrolmentAddRequest *asked,
                                cbi_enrol_draft **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(check_count("drafts", asked->n_drafts, err));
    CBI_TRY(cbi_alloc(asked->n_drafts, sizeof(**out), out, err));
    for (size_t i = 0; i < asked->n_drafts; i++) {
        if (asked->drafts[i]->enrolment == NULL)
            CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, i, "enrolment", NULL));
        (*out)[i] = (cbi_enrol_draft){.account = asked->drafts[i]->account,
                                      .enrolment = asked->drafts[i]->enrolment,
                                      .continues = asked->drafts[i]->continues};
    }
done:
    return status;
}

cbank_status cbank_enrolment_add(cbank_bank *bank, const cbank_key *key, const uint8_t *request,
                                 size_t request_size, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__EnrolmentAddRequest *asked = NULL;
    cbi_enrol_draft *drafts = NULL;
    cbi_deposited *items = NULL;
    cbank_status status = CBANK_OK;
    cbi_desk_order order;
    cbi_bank *inner;
    cbi_hash batch;

    CBI_REQUIRE(bank != NULL && key != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__enrolment_add_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(take_drafts(asked, &drafts, err));
    CBI_TRY(cbi_deskorder_of(inner, key, asked->institution, asked->token, asked->dry_run, "enrol",
                             cbi_bytes_of(request, request_size), &order, err));
    CBI_TRY(cbi_alloc(asked->n_drafts, sizeof(*items), &items, err));
    CBI_TRY(cbi_enroldesk_add(inner, &order, drafts, asked->n_drafts, items, &batch, err));
    CBI_TRY(reply_outcomes(inner, items, asked->n_drafts, asked->dry_run ? NULL : &batch, reply,
                           err));
done:
    cbi_free(items);
    cbi_free(drafts);
    cbi_message_free(asked);
    return status;
}

static cbank_status take_changes(const Cbank__Api__V1__EnrolmentChangeRequest *asked,
                                 cbi_enrol_change **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(check_count("changes", asked->n_changes, err));
    CBI_TRY(cbi_alloc(asked->n_changes, sizeof(**out), out, err));
    for (size_t i = 0; i < asked->n_changes; i++) {
        if (asked->changes[i]->change == NULL)
            CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, i, "change", NULL));
        (*out)[i] = (cbi_enrol_change){.id = asked->changes[i]->id,
                                       .change = asked->changes[i]->change};
    }
done:
    return status;
}

cbank_status cbank_enrolment_change(cbank_bank *bank, const cbank_key *key,
                                    const uint8_t *request, size_t request_size,
                                    cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__EnrolmentChangeRequest *asked = NULL;
    cbi_enrol_change *changes = NULL;
    cbi_deposited *items = NULL;
    cbank_status status = CBANK_OK;
    cbi_desk_order order;
    cbi_bank *inner;
    cbi_hash batch;

    CBI_REQUIRE(bank != NULL && key != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__enrolment_change_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(take_changes(asked, &changes, err));
    CBI_TRY(cbi_deskorder_of(inner, key, asked->institution, asked->token, asked->dry_run,
                             "change enrolment", cbi_bytes_of(request, request_size), &order,
                             err));
    CBI_TRY(cbi_alloc(asked->n_changes, sizeof(*items), &items, err));
    CBI_TRY(cbi_enroldesk_change(inner, &order, changes, asked->n_changes, items, &batch, err));
    CBI_TRY(reply_outcomes(inner, items, asked->n_changes, asked->dry_run ? NULL : &batch, reply,
                           err));
done:
    cbi_free(items);
    cbi_free(changes);
    cbi_message_free(asked);
    return status;
}

/* ---- list -------------------------------------------------------------------------------- */

/* Of each chain: as many as one may have. */
static cbank_status list_account(cbi_reader *reader, const char *number, info_list *out,
                                 cbank_error *err)
{
    cbi_enrolment_row row;
    cbi_family family = {0};
    cbi_account account;
    cbank_status status = CBANK_OK;
    bool found = true;

    CBI_TRY(cbi_learnerinfo_account(number, &account, err));
    CBI_TRY(cbi_family_read(reader, account.digits, &family, err));
    CBI_TRY(make_list(family.count * CBI_ENROLMENTS_MAX, out, err));
    for (size_t i = 0; i < family.count; i++) {
        uint64_t from = 0;
        size_t of_chain = 0;

        do {
            CBI_TRY(cbi_enrolment_from(reader->txn, family.members[i].account.digits, from, &row,
                                       &found, err));
            if (!found || row.newest >= reader->sealed.size)
                break;
            CBI_TRY(add_row(reader, &row, out, err));
            from = row.index + 1;
        } while (++of_chain < CBI_ENROLMENTS_MAX);
    }
done:
    cbi_family_clear(&family);
    return status;
}

static cbank_status list_institution(cbi_reader *reader,
                                     const Cbank__Api__V1__EnrolmentListRequest *asked,
                                     info_list *out, bool *more, cbank_error *err)
{
    size_t limit = asked->limit == 0 ? LIST_DEFAULT : asked->limit;
    const char *after = asked->after;
    cbi_enrolment_row row;
    cbank_status status = CBANK_OK;
    bool found = true;

    CBI_TRY(cbi_face_check_list("limit", limit, LIST_MAX, err));
    CBI_TRY(make_list(limit, out, err));
    if (cbi_message_text(asked->reference).size > 0) {
        CBI_TRY(cbi_enrolment_find(reader->txn, asked->institution, asked->reference, &row, err));
        CBI_TRY(add_row(reader, &row, out, err));
        goto done;
    }
    while (found && out->count < limit) {
        CBI_TRY(cbi_enrolment_after(reader->txn, asked->institution, after, &row, &found, err));
        if (!found)
            break;
        CBI_TRY(add_row(reader, &row, out, err));
        after = out->infos[out->count - 1].row.reference;
    }
    *more = found;
done:
    return status;
}

cbank_status cbank_enrolment_list(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                  cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__EnrolmentListReply answer = CBANK__API__V1__ENROLMENT_LIST_REPLY__INIT;
    Cbank__Api__V1__EnrolmentListRequest *asked = NULL;
    info_list list = {0};
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    cbi_bank *inner;
    bool more = false;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__enrolment_list_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_ledger_read_begin(inner->ledger, &reader, err));
    if (cbi_message_text(asked->account).size > 0) {
        CBI_TRY(list_account(&reader, asked->account, &list, err));
    } else {
        CBI_TRY(cbi_face_check_text("institution", asked->institution, err));
        CBI_TRY(list_institution(&reader, asked, &list, &more, err));
    }
    answer.enrolments = list.list;
    answer.n_enrolments = list.count;
    if (more)
        answer.next = list.infos[list.count - 1].row.reference;
    CBI_TRY(cbi_face_reply(&answer, reply, err));
done:
    cbi_ledger_read_end(&reader);
    clear_list(&list);
    cbi_message_free(asked);
    return status;
}

/* ---- show -------------------------------------------------------------------------------- */

/* The statements of one enrolment, oldest first. */
typedef struct step_list {
    cbi_enrolment_saying *sayings;
    Cbank__Api__V1__EnrolmentStep *steps;
    Cbank__Api__V1__EnrolmentStep **list;
    size_t count;
} step_list;

static void clear_steps(step_list *it)
{
    for (size_t i = 0; i < it->count; i++)
        cbi_enrolment_saying_clear(&it->sayings[i]);
    cbi_free(it->sayings);
    cbi_free(it->steps);
    cbi_free(it->list);
}

static void fill_step(const cbi_enrolment_saying *saying, Cbank__Api__V1__EnrolmentStep *out)
{
    cbank__api__v1__enrolment_step__init(out);
    out->at = saying->statement.message->at;
    out->index = saying->index;
    if (saying->change == NULL) {
        out->terms = saying->enrolment->terms;
        out->document = saying->enrolment->document;
        return;
    }
    out->terms = saying->change->terms;
    out->since = saying->change->since;
    out->kind = saying->change->kind;
    out->document = saying->change->document;
    out->next_institution = saying->change->next_institution;
}

static bool is_of(const cbi_enrolment_saying *saying, const cbi_hash *id)
{
    if (saying->change == NULL)
        return cbi_hash_equal(&saying->id, id);
    return cbi_bytes_equal(cbi_message_bytes(saying->change->enrolment), cbi_bytes_of_hash(id));
}

/* The chain that it was entered on comes first, then those that this one went into. */
static cbank_status find_steps(cbi_reader *reader, const cbi_enrolment_row *row, step_list *out,
                               cbank_error *err)
{
    cbi_account root;
    cbi_family family = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    CBI_TRY(cbi_alloc(row->revision, sizeof(*out->sayings), &out->sayings, err));
    CBI_TRY(cbi_alloc(row->revision, sizeof(*out->steps), &out->steps, err));
    CBI_TRY(cbi_alloc(row->revision, sizeof(*out->list), &out->list, err));
    CBI_TRY(cbi_family_root(reader->txn, row->account.digits, &root, err));
    CBI_TRY(cbi_family_read(reader, root.digits, &family, err));
    for (size_t c = family.count; c-- > 0;) {
        const cbi_chain *chain = &family.members[c].chain;

        for (size_t i = 0; i < chain->count && out->count < row->revision; i++) {
            cbi_enrolment_saying *next = &out->sayings[out->count];

            CBI_TRY(cbi_history_read(reader, chain->indices[i], &logged, err));
            if (logged.erased ||
                logged.entry.entry_class != CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ENROLMENT)
                continue;
            CBI_TRY(cbi_enrolment_take(reader->hasher, &logged, next, err));
            if (!is_of(next, &row->id)) {
                cbi_enrolment_saying_clear(next);
                continue;
            }
            fill_step(next, &out->steps[out->count]);
            out->list[out->count] = &out->steps[out->count];
            out->count++;
        }
    }
done:
    cbi_family_clear(&family);
    return status;
}

cbank_status cbank_enrolment_show(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                  cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__EnrolmentShowReply answer = CBANK__API__V1__ENROLMENT_SHOW_REPLY__INIT;
    Cbank__Api__V1__EnrolmentShowRequest *asked = NULL;
    cbi_enrolmentinfo info = {.account = {{0}}};
    step_list steps = {0};
    cbi_enrolment_row row;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__enrolment_show_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_face_check_text("id", asked->id, err));
    CBI_TRY(cbi_ledger_read_begin(inner->ledger, &reader, err));
    CBI_TRY(cbi_enrolment_named(reader.txn, reader.hasher, asked->id, &row, err));
    CBI_TRY(cbi_enrolmentinfo_read(reader.txn, reader.hasher, &row, &info, err));
    CBI_TRY(find_steps(&reader, &row, &steps, err));
    answer.enrolment = &info.message;
    answer.steps = steps.list;
    answer.n_steps = steps.count;
    CBI_TRY(cbi_face_reply(&answer, reply, err));
done:
    cbi_ledger_read_end(&reader);
    clear_steps(&steps);
    cbi_enrolmentinfo_clear(&info);
    cbi_message_free(asked);
    return status;
}
