#include "wire/walker.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "wire/field.h"
#include "wire/unpack.h"

/* What malloc takes besides what it is asked for, rounded up. */
#define ALLOCATION_EXTRA 16
/* What is larger is looked at before any memory is taken for it. */
#define LOOKED_AT_FIRST ((size_t)64 * 1024)

typedef struct frame {
    const ProtobufCMessageDescriptor *type;
    const uint8_t *end; /* where this message ends */
    unsigned next;      /* the first of type->fields that may still come */
    size_t room;        /* of the list at hand */
    char *message;      /* that is filled; NULL if none is */
} frame;

typedef struct walker {
    cbi_bytes bytes;
    const uint8_t *at;
    const uint8_t *tag;                    /* of the field at hand */
    const ProtobufCFieldDescriptor *field; /* the field at hand; NULL while it is not known */
    size_t memory; /* that the message takes at most once unpacked, without its bytes; so far */
    cbi_unpack unpack;
    cbank_error *err;
    frame *top;
    frame frames[CBI_NESTING_MAX];
} walker;

/* ---- saying no ------------------------------------------------------------------------------ */

static uint64_t place_of(const walker *walk)
{
    return (uint64_t)(walk->tag - walk->bytes.data);
}

static cbank_status refuse(const walker *walk, cbi_reason reason, const char *detail)
{
    const char *name = walk->field != NULL ? walk->field->name : walk->top->type->short_name;

    return cbi_fail(walk->err, reason, place_of(walk), name, "%s", detail);
}

static cbank_status refuse_form(const walker *walk, const char *detail)
{
    return refuse(walk, CBI_REASON_MESSAGE_FORM, detail);
}

/* A field that is not among those that may still come: was it passed by, or is it not known? */
static cbank_status refuse_field(walker *walk, uint32_t number)
{
    const frame *top = walk->top;

    for (unsigned i = 0; i < top->next; i++) {
        if (top->type->fields[i].id == number) {
            walk->field = &top->type->fields[i];
            return refuse_form(walk, "field out of order or given twice");
        }
    }
    return cbi_fail(walk->err, CBI_REASON_MESSAGE_FIELD, place_of(walk), top->type->short_name,
                    "%u", number);
}

static cbank_status no_memory(const walker *walk)
{
    return cbi_fail(walk->err, CBI_REASON_NO_MEMORY, walk->bytes.size,
                    walk->frames[0].type->short_name, NULL);
}

/* ---- what is filled ------------------------------------------------------------------------- */

static bool fills(const walker *walk)
{
    return walk->unpack.block != NULL;
}

static cbank_status begin_list(walker *walk, size_t count, size_t size)
{
    if (!cbi_unpack_begin_list(&walk->unpack, walk->top->message, walk->field, count, size))
        return no_memory(walk);
    walk->top->room = count;
    return CBANK_OK;
}

/* The elements of the list at hand, which stand side by side; at most what may be taken. */
static size_t count_elements(const walker *walk)
{
    cbi_bytes left = cbi_bytes_of(walk->tag, (size_t)(walk->top->end - walk->tag));
    size_t offset = 0, count = 0;
    cbi_field field;

    while (count < CBI_MESSAGE_MEMORY_MAX / ALLOCATION_EXTRA &&
           cbi_field_next(left, &offset, &field) && field.number == walk->field->id)
        count++;
    return count;
}

/* Each number of a packed list ends in a byte of its own. */
static size_t count_numbers(const walker *walk, const uint8_t *end)
{
    size_t count = 0;

    for (const uint8_t *at = walk->at; at < end; at++)
        count += *at < 0x80;
    return count < CBI_MESSAGE_MEMORY_MAX / sizeof(uint64_t)
               ? count
               : CBI_MESSAGE_MEMORY_MAX / sizeof(uint64_t);
}

/* Room for one more, of `size` bytes, if the field at hand is a list. */
static inline cbank_status extend_list(walker *walk, size_t size)
{
    cbank_status status = CBANK_OK;
    size_t held;

    if (!cbi_shape_is_list(walk->field))
        return CBANK_OK;
    held = *cbi_unpack_count(walk->top->message, walk->field);
    if (held == 0)
        CBI_TRY(begin_list(walk, count_elements(walk), size));
    if (held == walk->top->room)
        return refuse(walk, CBI_REASON_MESSAGE_MEMORY, "memory");
done:
    return status;
}

/* Where a text, bytes or a message that was read goes, after extend_list. */
static inline char *place_of_value(const walker *walk, size_t size)
{
    return cbi_unpack_place(walk->top->message, walk->field, size);
}

static cbank_status put_text(walker *walk, size_t size)
{
    char *text = cbi_unpack_text(&walk->unpack, walk->at, size);
    cbank_status status = CBANK_OK;

    if (text == NULL)
        return no_memory(walk);
    CBI_TRY(extend_list(walk, sizeof(text)));
    memcpy(place_of_value(walk, sizeof(text)), &text, sizeof(text));
done:
    return status;
}

static cbank_status put_bytes(walker *walk, size_t size)
{
    ProtobufCBinaryData bytes = {.len = size};
    cbank_status status = CBANK_OK;

    if (size > 0)
        bytes.data = cbi_unpack_content(&walk->unpack, walk->at);
    CBI_TRY(extend_list(walk, sizeof(bytes)));
    memcpy(place_of_value(walk, sizeof(bytes)), &bytes, sizeof(bytes));
done:
    return status;
}

static cbank_status put_message(walker *walk, const ProtobufCMessageDescriptor *type, char **out)
{
    void *message = cbi_unpack_message(&walk->unpack, type);
    cbank_status status = CBANK_OK;

    if (message == NULL)
        return no_memory(walk);
    *out = message;
    CBI_TRY(extend_list(walk, sizeof(message)));
    memcpy(place_of_value(walk, sizeof(message)), &message, sizeof(message));
done:
    return status;
}

/* ---- what is read --------------------------------------------------------------------------- */

static cbank_status take_memory(walker *walk, size_t size)
{
    walk->memory += size;
    if (walk->memory > CBI_MESSAGE_MEMORY_MAX)
        return refuse(walk, CBI_REASON_MESSAGE_MEMORY, "memory");
    return CBANK_OK;
}

static cbank_status take_long(walker *walk, const uint8_t *end, uint64_t *out)
{
    size_t offset = 0;

    if (!cbi_varint_read(cbi_bytes_of(walk->at, (size_t)(end - walk->at)), &offset, out))
        return refuse_form(walk, "number cut short or not the shortest");
    walk->at += offset;
    return CBANK_OK;
}

/* A number that must end before `end`; most are of one byte or two. */
static inline cbank_status take_varint(walker *walk, const uint8_t *end, uint64_t *out)
{
    const uint8_t *at = walk->at;

    if (at != end && at[0] < 0x80) {
        *out = at[0];
        walk->at = at + 1;
        return CBANK_OK;
    }
    if (end - at >= 2 && at[1] < 0x80 && at[1] != 0) {
        *out = (at[0] & 0x7fu) | (uint64_t)at[1] << 7;
        walk->at = at + 2;
        return CBANK_OK;
    }
    return take_long(walk, end, out);
}

static cbank_status enter(walker *walk, const ProtobufCMessageDescriptor *type,
                          const uint8_t *end, char *message)
{
    if (walk->top == &walk->frames[CBI_NESTING_MAX - 1])
        return refuse(walk, CBI_REASON_MESSAGE_NESTING, "nesting");
    walk->top = walk->top == NULL ? walk->frames : walk->top + 1;
    *walk->top = (frame){.type = type, .end = end, .message = message};
    return take_memory(walk, type->sizeof_message + ALLOCATION_EXTRA);
}

/* Fields ascend; only one that lists several values in several fields may come again. */
static cbank_status find_field(walker *walk, uint32_t number)
{
    frame *top = walk->top;
    const ProtobufCMessageDescriptor *type = top->type;
    unsigned i = number - 1;

    /* Numbers mostly run without gaps, so that the field stands where its number says. */
    if (i >= type->n_fields || type->fields[i].id != number) {
        for (i = top->next; i < type->n_fields && type->fields[i].id != number;)
            i++;
    }
    if (i < top->next || i >= type->n_fields)
        return refuse_field(walk, number);
    walk->field = &type->fields[i];
    top->next = i + (cbi_shape_is_list(walk->field) ? 0 : 1);
    return CBANK_OK;
}

/* `listed`: within a packed list, where a zero is a value like any other. */
static cbank_status check_number(const walker *walk, uint64_t value, bool listed)
{
    const ProtobufCFieldDescriptor *field = walk->field;
    int64_t number = (int64_t)value;

    if (value == 0 && (!listed || field->type == PROTOBUF_C_TYPE_ENUM))
        return refuse_form(walk, "zero stated");
    switch (field->type) {
    case PROTOBUF_C_TYPE_BOOL:
        if (value > 1)
            return refuse_form(walk, "bool other than 1");
        return CBANK_OK;
    case PROTOBUF_C_TYPE_UINT32:
        if (value > UINT32_MAX)
            return refuse_form(walk, "number beyond 32 bits");
        return CBANK_OK;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_ENUM:
        if (number < INT32_MIN || number > INT32_MAX)
            return refuse_form(walk, "number beyond 32 bits");
        if (field->type == PROTOBUF_C_TYPE_ENUM && !cbi_shape_knows(field->descriptor, number))
            return cbi_fail(walk->err, CBI_REASON_MESSAGE_VALUE, place_of(walk), field->name,
                            "%lld", (long long)number);
        return CBANK_OK;
    default:
        return CBANK_OK;
    }
}

static cbank_status take_number(walker *walk)
{
    cbank_status status = CBANK_OK;
    uint64_t value;

    CBI_TRY(take_varint(walk, walk->top->end, &value));
    CBI_TRY(check_number(walk, value, false));
    if (fills(walk))
        cbi_unpack_put_number(walk->top->message, walk->field, value);
done:
    return status;
}

static cbank_status take_packed(walker *walk, const uint8_t *end)
{
    cbank_status status = CBANK_OK;
    uint64_t value;

    walk->top->next++; /* all of it stands in one field */
    if (walk->at == end)
        return refuse_form(walk, "empty list stated");
    CBI_TRY(take_memory(walk, ALLOCATION_EXTRA));
    if (fills(walk))
        CBI_TRY(begin_list(walk, count_numbers(walk, end), cbi_shape_width(walk->field->type)));
    while (walk->at < end) {
        CBI_TRY(take_varint(walk, end, &value));
        CBI_TRY(check_number(walk, value, true));
        CBI_TRY(take_memory(walk, sizeof(value)));
        if (fills(walk))
            cbi_unpack_put_number(walk->top->message, walk->field, value);
    }
done:
    return status;
}

static cbank_status take_text(walker *walk, size_t size)
{
    cbank_status status = CBANK_OK;

    if (size > CBI_TEXT_MAX)
        return refuse(walk, CBI_REASON_MESSAGE_TEXT_SIZE, "text");
    if (!cbi_text_is_clean(cbi_bytes_of(walk->at, size)))
        return refuse(walk, CBI_REASON_MESSAGE_TEXT, "text");
    CBI_TRY(take_memory(walk, size + 1 + ALLOCATION_EXTRA));
    if (fills(walk))
        CBI_TRY(put_text(walk, size));
    walk->at += size;
done:
    return status;
}

static cbank_status take_bytes(walker *walk, size_t size)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(take_memory(walk, ALLOCATION_EXTRA)); /* the bytes cost what they cost on the wire */
    if (fills(walk))
        CBI_TRY(put_bytes(walk, size));
    walk->at += size;
done:
    return status;
}

static cbank_status take_message(walker *walk, size_t size)
{
    const ProtobufCMessageDescriptor *type = walk->field->descriptor;
    cbank_status status = CBANK_OK;
    char *message = NULL;

    if (fills(walk))
        CBI_TRY(put_message(walk, type, &message));
    CBI_TRY(enter(walk, type, walk->at + size, message));
done:
    return status;
}

/* What is preceded by its length. */
static cbank_status take_sized(walker *walk, cbi_shape shape)
{
    bool list = cbi_shape_is_list(walk->field);
    cbank_status status = CBANK_OK;
    uint64_t size;

    CBI_TRY(take_varint(walk, walk->top->end, &size));
    if (size > (uint64_t)(walk->top->end - walk->at))
        return refuse_form(walk, "content cut short");
    if (shape == CBI_SHAPE_NUMBER)
        return take_packed(walk, walk->at + size);
    if (list)
        CBI_TRY(take_memory(walk, sizeof(ProtobufCBinaryData) + ALLOCATION_EXTRA));
    if (shape == CBI_SHAPE_MESSAGE)
        return take_message(walk, (size_t)size);
    if (size == 0 && !list)
        return refuse_form(walk, "empty value stated");
    return shape == CBI_SHAPE_TEXT ? take_text(walk, (size_t)size) : take_bytes(walk, (size_t)size);
done:
    return status;
}

static cbank_status take_field(walker *walk)
{
    cbank_status status = CBANK_OK;
    bool sized;
    uint64_t tag;
    uint32_t number;
    unsigned wire_type;
    cbi_shape shape;

    walk->tag = walk->at;
    walk->field = NULL;
    CBI_TRY(take_varint(walk, walk->top->end, &tag));
    if (!cbi_field_split_tag(tag, &number, &wire_type))
        return refuse_form(walk, "no field has this number");
    CBI_TRY(find_field(walk, number));
    shape = cbi_shape_of(walk->field);
    if (shape == CBI_SHAPE_UNSUPPORTED)
        return refuse(walk, CBI_REASON_MESSAGE_TYPE, walk->top->type->short_name);
    sized = shape != CBI_SHAPE_NUMBER || cbi_shape_is_list(walk->field);
    if (wire_type != (sized ? CBI_FIELD_BYTES : CBI_FIELD_NUMBER))
        return refuse_form(walk, "wrong wire type");
    CBI_TRY(sized ? take_sized(walk, shape) : take_number(walk));
done:
    return status;
}

/* All fields of the message, and of those in it. */
static cbank_status run(walker *walk, const ProtobufCMessageDescriptor *type, char *message)
{
    cbank_status status = CBANK_OK;

    walk->at = walk->tag = walk->bytes.data;
    CBI_TRY(enter(walk, type, walk->at + walk->bytes.size, message));
    for (;;) {
        if (walk->at < walk->top->end)
            CBI_TRY(take_field(walk));
        else if (walk->top == walk->frames)
            break;
        else
            walk->top--;
    }
done:
    return status;
}

static void begin(walker *walk, cbi_bytes bytes, cbank_error *err)
{
    static const uint8_t nothing[1];

    walk->bytes = bytes.data == NULL ? cbi_bytes_of(nothing, 0) : bytes;
    walk->field = NULL;
    walk->memory = 0;
    walk->unpack = (cbi_unpack){0};
    walk->err = err;
    walk->top = NULL;
}

cbank_status cbi_walker_check(const ProtobufCMessageDescriptor *type, cbi_bytes bytes,
                              cbank_error *err)
{
    walker walk;

    begin(&walk, bytes, err);
    return run(&walk, type, NULL);
}

cbank_status cbi_walker_unpack(const ProtobufCMessageDescriptor *type, cbi_bytes bytes,
                               cbi_block *within, cbi_block *again, ProtobufCMessage **out,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;
    void *message;
    walker walk;

    begin(&walk, bytes, err);
    walk.unpack.block = again;
    if (bytes.size > LOOKED_AT_FIRST)
        CBI_TRY(cbi_walker_check(type, bytes, err));
    message = cbi_unpack_begin(&walk.unpack, within, type, walk.bytes);
    if (message == NULL)
        CBI_TRY(cbi_fail(err, CBI_REASON_NO_MEMORY, bytes.size, type->short_name, NULL));
    CBI_TRY(run(&walk, type, message));
    *out = message;
done:
    if (status != CBANK_OK && within == NULL)
        cbi_block_free(walk.unpack.block);
    return status;
}
