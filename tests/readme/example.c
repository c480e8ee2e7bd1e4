/* Is this transcript genuine?  verify DIRECTORY FINGERPRINT TRANSCRIPT RECIPIENT */
#include <cbank.h>
#include <cbank/api/v1/transcript.pb-c.h>
#include <stdio.h>

static uint8_t content[1 << 20], request[1 << 21];

static ProtobufCBinaryData read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t size = file == NULL ? 0 : fread(content, 1, sizeof(content), file);

    if (file != NULL)
        fclose(file);
    return (ProtobufCBinaryData){size, content};
}

static void show(const cbank_buffer *reply)
{
    Cbank__Api__V1__VerdictReport *report =
        cbank__api__v1__verdict_report__unpack(NULL, reply->size, reply->data);

    for (size_t i = 0; report != NULL && i < report->n_totals; i++)
        printf("%s: %s holds %g %s\n", report->verdict, report->account,
               (double)report->totals[i]->milli / 1000, report->totals[i]->unit);
    cbank__api__v1__verdict_report__free_unpacked(report, NULL);
}

static void explain(const cbank_error *err)
{
    char message[512];

    cbank_error_text(err, "en", message, sizeof(message), NULL, 0);
    printf("%s: %s\n", cbank_status_name(err->status), message);
}

int main(int argc, char **argv)
{
    Cbank__Api__V1__VerifierRequest trust = CBANK__API__V1__VERIFIER_REQUEST__INIT;
    Cbank__Api__V1__TranscriptVerifyRequest ask = CBANK__API__V1__TRANSCRIPT_VERIFY_REQUEST__INIT;
    cbank_verifier *verifier = NULL;
    cbank_buffer reply = {0};
    cbank_error err = {0};
    cbank_status status;
    size_t size;

    if (argc != 5)
        return 2;
    trust.directory = read_file(argv[1]);
    trust.root_fingerprint = argv[2]; /* from another channel: by phone, on paper */
    size = cbank__api__v1__verifier_request__pack(&trust, request);
    status = cbank_verifier_open(request, size, &verifier, &err);
    if (status == CBANK_OK) {
        ask.file = read_file(argv[3]);
        ask.recipient = argv[4];
        size = cbank__api__v1__transcript_verify_request__pack(&ask, request);
        status = cbank_transcript_verify(verifier, request, size, &reply, &err);
    }
    if (status == CBANK_OK)
        show(&reply);
    else
        explain(&err);
    cbank_buffer_clear(&reply);
    cbank_verifier_close(verifier);
    return status != CBANK_OK;
}
