#include "wire/walker.h"

#include "base/limits.h"
#include "base/text.h"
#include "wire/field.h"

/* What malloc takes besides what it is asked for, rounded up. */
#define ALLOCATION_EXTRA 16

typedef struct frame {
    const ProtobufCMessageDescriptor *type;
    size_t end;    /* offset at which this message ends */
    unsigned next; /* the first of type->fields that may still come */
} frame;

typedef struct walker {
    cbi_bytes bytes;
    size_t offset;
    size_t memory; /* that the message takes once unpacked, so far */
    unsigned depth;
    frame frames[CBI_NESTING_MAX];
    size_t tag_offset;                     /* where the field at hand begins */
    const ProtobufCFieldDescriptor *field; /* the field at hand; NULL while it is not known */
    cbank_error *err;
} walker;

static frame *top_of(walker *walk)
{
    return &walk->frames[walk->depth - 1];
}

static cbank_status refuse(walker *walk, cbi_reason reason, const char *detail)
{
    const char *name =
        walk->field != NULL ? walk->field->name : top_of(walk)->type->short_name;

    return cbi_fail(walk->err, reason, walk->tag_offset, name, "%s", detail);
}

static cbank_status take_memory(walker *walk, size_t size)
{
    walk->memory += size;
    if (walk->memory > CBI_MESSAGE_MEMORY_MAX)
        return refuse(walk, CBI_REASON_MESSAGE_MEMORY, "memory");
    return CBANK_OK;
}

/* A number that must end before `end`. */
static cbank_status take_varint(walker *walk, size_t end, uint64_t *out)
{
    if (walk->offset < end && walk->bytes.data[walk->offset] < 0x80) { /* as most are */
        *out = walk->bytes.data[walk->offset++];
        return CBANK_OK;
    }
    if (!cbi_varint_read(cbi_bytes_of(walk->bytes.data, end), &walk->offset, out))
        return refuse(walk, CBI_REASON_MESSAGE_FORM, "number cut short or not the shortest");
    return CBANK_OK;
}

static cbank_status enter(walker *walk, const ProtobufCMessageDescriptor *type, size_t end)
{
    if (walk->depth == CBI_NESTING_MAX)
        return refuse(walk, CBI_REASON_MESSAGE_NESTING, "nesting");
    walk->frames[walk->depth++] = (frame){.type = type, .end = end, .next = 0};
    return take_memory(walk, type->sizeof_message + ALLOCATION_EXTRA);
}

static bool is_number(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_BOOL:
    case PROTOBUF_C_TYPE_ENUM:
        return true;
    default:
        return false;
    }
}

static bool is_list(const ProtobufCFieldDescriptor *field)
{
    return field->label == PROTOBUF_C_LABEL_REPEATED;
}

static bool is_supported(const ProtobufCFieldDescriptor *field)
{
    uint32_t flags = field->flags & ~(uint32_t)PROTOBUF_C_FIELD_FLAG_DEPRECATED;

    if (field->label != PROTOBUF_C_LABEL_NONE && !is_list(field))
        return false;
    if (is_number(field->type))
        return flags == (is_list(field) ? PROTOBUF_C_FIELD_FLAG_PACKED : 0u);
    return flags == 0 &&
           (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_BYTES ||
            field->type == PROTOBUF_C_TYPE_MESSAGE);
}

static bool is_known(const ProtobufCEnumDescriptor *type, int64_t value)
{
    unsigned low = 0;
    unsigned high = type->n_values;

    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (type->values[middle].value == value)
            return true;
        if (type->values[middle].value < value)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* A field that is not among those that may still come: was it passed by, or is it not known? */
static cbank_status refuse_field(walker *walk, uint32_t number)
{
    const frame *top = top_of(walk);

    for (unsigned i = 0; i < top->next; i++) {
        if (top->type->fields[i].id == number) {
            walk->field = &top->type->fields[i];
            return refuse(walk, CBI_REASON_MESSAGE_FORM, "field out of order or given twice");
        }
    }
    return cbi_fail(walk->err, CBI_REASON_MESSAGE_FIELD, walk->tag_offset,
                    top->type->short_name, "%u", number);
}

/* Fields ascend; only one that lists several values in several fields may come again. */
static cbank_status find_field(walker *walk, uint32_t number)
{
    frame *top = top_of(walk);
    const ProtobufCMessageDescriptor *type = top->type;
    unsigned i = top->next;

    /* Numbers mostly run without gaps, so that the field stands where its number says. */
    if (number <= type->n_fields && number > i && type->fields[number - 1].id == number)
        i = number - 1;
    for (; i < type->n_fields && type->fields[i].id <= number; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        if (field->id != number)
            continue;
        walk->field = field;
        if (!is_supported(field))
            return refuse(walk, CBI_REASON_MESSAGE_TYPE, type->short_name);
        top->next = is_list(field) && !is_number(field->type) ? i : i + 1;
        return CBANK_OK;
    }
    return refuse_field(walk, number);
}

/* `listed`: within a packed list, where a zero is a value like any other. */
static cbank_status check_number(walker *walk, uint64_t value, bool listed)
{
    const ProtobufCFieldDescriptor *field = walk->field;
    int64_t number = (int64_t)value;

    if (value == 0 && (!listed || field->type == PROTOBUF_C_TYPE_ENUM))
        return refuse(walk, CBI_REASON_MESSAGE_FORM, "zero stated");
    switch (field->type) {
    case PROTOBUF_C_TYPE_BOOL:
        if (value > 1)
            return refuse(walk, CBI_REASON_MESSAGE_FORM, "bool other than 1");
        return CBANK_OK;
    case PROTOBUF_C_TYPE_UINT32:
        if (value > UINT32_MAX)
            return refuse(walk, CBI_REASON_MESSAGE_FORM, "number beyond 32 bits");
        return CBANK_OK;
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_ENUM:
        if (number < INT32_MIN || number > INT32_MAX)
            return refuse(walk, CBI_REASON_MESSAGE_FORM, "number beyond 32 bits");
        if (field->type == PROTOBUF_C_TYPE_ENUM && !is_known(field->descriptor, number))
            return cbi_fail(walk->err, CBI_REASON_MESSAGE_VALUE, walk->tag_offset,
                            field->name, "%lld", (long long)number);
        return CBANK_OK;
    default:
        return CBANK_OK;
    }
}

static cbank_status take_number(walker *walk)
{
    cbank_status status = CBANK_OK;
    uint64_t value;

    CBI_TRY(take_varint(walk, top_of(walk)->end, &value));
    CBI_TRY(check_number(walk, value, false));
done:
    return status;
}

static cbank_status take_packed(walker *walk, size_t end)
{
    cbank_status status = CBANK_OK;
    uint64_t value;

    if (walk->offset == end)
        return refuse(walk, CBI_REASON_MESSAGE_FORM, "empty list stated");
    CBI_TRY(take_memory(walk, ALLOCATION_EXTRA));
    while (walk->offset < end) {
        CBI_TRY(take_varint(walk, end, &value));
        CBI_TRY(check_number(walk, value, true));
        CBI_TRY(take_memory(walk, sizeof(value)));
    }
done:
    return status;
}

static cbank_status take_text(walker *walk, cbi_bytes text)
{
    if (text.size > CBI_TEXT_MAX)
        return refuse(walk, CBI_REASON_MESSAGE_TEXT_SIZE, "text");
    if (!cbi_text_is_clean(text))
        return refuse(walk, CBI_REASON_MESSAGE_TEXT, "text");
    walk->offset += text.size;
    return take_memory(walk, text.size + 1 + ALLOCATION_EXTRA);
}

/* What is preceded by its length. */
static cbank_status take_sized(walker *walk)
{
    const ProtobufCFieldDescriptor *field = walk->field;
    cbank_status status = CBANK_OK;
    uint64_t size;

    CBI_TRY(take_varint(walk, top_of(walk)->end, &size));
    if (size > top_of(walk)->end - walk->offset)
        return refuse(walk, CBI_REASON_MESSAGE_FORM, "content cut short");
    if (is_number(field->type))
        return take_packed(walk, walk->offset + (size_t)size);
    if (is_list(field))
        CBI_TRY(take_memory(walk, sizeof(ProtobufCBinaryData) + ALLOCATION_EXTRA));
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return enter(walk, field->descriptor, walk->offset + (size_t)size);
    if (size == 0 && !is_list(field))
        return refuse(walk, CBI_REASON_MESSAGE_FORM, "empty value stated");
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return take_text(
            walk, cbi_bytes_of(walk->bytes.data + walk->offset, (size_t)size));
    walk->offset += (size_t)size;
    CBI_TRY(take_memory(walk, ALLOCATION_EXTRA)); /* the bytes cost what they cost on the wire */
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

    walk->tag_offset = walk->offset;
    walk->field = NULL;
    CBI_TRY(take_varint(walk, top_of(walk)->end, &tag));
    if (!cbi_field_split_tag(tag, &number, &wire_type))
        return refuse(walk, CBI_REASON_MESSAGE_FORM, "no field has this number");
    CBI_TRY(find_field(walk, number));
    sized = is_list(walk->field) || !is_number(walk->field->type);
    if (wire_type != (sized ? CBI_FIELD_BYTES : CBI_FIELD_NUMBER))
        return refuse(walk, CBI_REASON_MESSAGE_FORM, "wrong wire type");
    CBI_TRY(sized ? take_sized(walk) : take_number(walk));
done:
    return status;
}

cbank_status cbi_walker_run(const ProtobufCMessageDescriptor *type, cbi_bytes bytes,
                            size_t *memory, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    walker walk = {.bytes = bytes, .err = err};

    CBI_TRY(enter(&walk, type, bytes.size));
    while (walk.depth > 0) {
        if (walk.offset == top_of(&walk)->end)
            walk.depth--;
        else
            CBI_TRY(take_field(&walk));
    }
    *memory = walk.memory;
done:
    return status;
}
