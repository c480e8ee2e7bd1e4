/* identity.c - cbank learner amend, bind, correct, unbind: whose an account is. */
#include "assurance.h"
#include "call.h"
#include "fail.h"
#include "learner.h"
#include "options.h"
#include "person.h"
#include "shape.h"

#define ACT(name) CBANK__API__V1__IDENTITY_ACT__IDENTITY_ACT_##name

const option identity_amend_options[] = {
    {"person", "FILE", P_OPT_PERSON_AMEND, OPTION_NEEDED},
    {"assurance", "WORD", P_OPT_ASSURANCE, 0},
    ORDER_OPTIONS(OPTION_NEEDED),
    {0},
};

const option identity_correct_options[] = {
    {"person", "FILE", P_OPT_PERSON_RIGHT, OPTION_NEEDED},
    {"wrong", "FILE", P_OPT_PERSON_WRONG, 0},
    {"assurance", "WORD", P_OPT_ASSURANCE, 0},
    ORDER_OPTIONS(OPTION_NEEDED),
    {0},
};

const option identity_unbind_options[] = {
    {"person", "FILE", P_OPT_PERSON_GONE, OPTION_NEEDED},
    ORDER_OPTIONS(OPTION_NEEDED),
    {0},
};

/* The document of a file that has to name one. */
static Cbank__Api__V1__PersonDocument *document_of(cli *c, person *from)
{
    if (from->message.n_documents == 0) {
        fail_own(c, FAIL_BAD_PERSON, "id_number");
        return NULL;
    }
    return from->message.documents[0];
}

static void ask(cli *c, Cbank__Api__V1__LearnerIdentityRequest *request)
{
    uint8_t token[16];
    order who;

    if (!call_token(c, token, &request->token) || !order_read(c, &who))
        return;
    request->account = c->arguments[0];
    request->order = &who.message;
    request->dry_run = c->dry_run;
    learner_show_info(c,
                      call_bank(c, cbank_learner_identify, &request->base,
                                &cbank__api__v1__learner_info__descriptor),
                      true);
    if (c->dry_run && c->code == EXIT_DONE)
        output_talk(c, P_DRY_RUN, "");
    order_clear(&who);
}

static void with_person(cli *c, Cbank__Api__V1__IdentityAct act)
{
    Cbank__Api__V1__LearnerIdentityRequest request =
        CBANK__API__V1__LEARNER_IDENTITY_REQUEST__INIT;
    person someone;

    request.act = act;
    if (!assurance_of_person(c, &request.assurance) ||
        !person_read(c, options_text(c, "person"), &someone))
        return;
    request.person = &someone.message;
    ask(c, &request);
    person_clear(&someone);
}

void identity_amend(cli *c)
{
    with_person(c, ACT(AMEND));
}

void identity_bind(cli *c)
{
    with_person(c, ACT(BIND));
}

void identity_correct(cli *c)
{
    Cbank__Api__V1__LearnerIdentityRequest request =
        CBANK__API__V1__LEARNER_IDENTITY_REQUEST__INIT;
    person right, wrong;

    if (!options_given(c, "wrong")) {
        with_person(c, ACT(CORRECT));
        return;
    }
    request.act = ACT(CORRECT);
    if (!assurance_of_person(c, &request.assurance) ||
        !person_read(c, options_text(c, "person"), &right))
        return;
    request.person = &right.message;
    if (person_read(c, options_text(c, "wrong"), &wrong)) {
        request.gone = document_of(c, &wrong);
        if (request.gone != NULL)
            ask(c, &request);
        person_clear(&wrong);
    }
    person_clear(&right);
}

void identity_unbind(cli *c)
{
    Cbank__Api__V1__LearnerIdentityRequest request =
        CBANK__API__V1__LEARNER_IDENTITY_REQUEST__INIT;
    person gone;

    request.act = ACT(UNBIND);
    if (!person_read(c, options_text(c, "person"), &gone))
        return;
    request.gone = document_of(c, &gone);
    if (request.gone != NULL)
        ask(c, &request);
    person_clear(&gone);
}
