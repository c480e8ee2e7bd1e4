# find_package(cbank CONFIG) offers three targets:
#   cbank::cbank         the shared library
#   cbank::messages      requests, replies and signed messages as C structs (needs protobuf-c)
#   cbank::cbank-static  the library as an archive, with all that it needs
include(${CMAKE_CURRENT_LIST_DIR}/cbankTargets.cmake)
