/*
 * oracle.h - what the walker promises, found out the slow way: unpack, look everywhere, pack.
 */
#ifndef CBI_TESTS_WIRE_ORACLE_H
#define CBI_TESTS_WIRE_ORACLE_H

#include <protobuf-c/protobuf-c.h>

#include "base/bytes.h"

bool oracle_accepts(const ProtobufCMessageDescriptor *type, cbi_bytes bytes);

/* What protobuf-c does when it is asked without a check. */
typedef struct oracle_view {
    bool unpacks;
    bool packs_the_same;
} oracle_view;

oracle_view oracle_look(const ProtobufCMessageDescriptor *type, cbi_bytes bytes);

#endif
