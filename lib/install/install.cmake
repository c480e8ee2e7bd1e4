# What is installed: the libraries, the header and the messages, what pkg-config and find_package
# ask for, the .proto files, the program and its manual. All of it may be moved to another prefix.
include(CMakePackageConfigHelpers)

set(CBANK_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/cbank)
install(TARGETS cbank-shared cbank-static cbank-messages EXPORT cbankTargets)
install(EXPORT cbankTargets NAMESPACE cbank:: DESTINATION ${CBANK_CMAKE_DIR})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/cbankConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES lib/install/cbankConfig.cmake ${PROJECT_BINARY_DIR}/cbankConfigVersion.cmake
    DESTINATION ${CBANK_CMAKE_DIR})

file(RELATIVE_PATH PC_TO_PREFIX
    ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" PC_TO_PREFIX ${PC_TO_PREFIX})
foreach(module cbank cbank-messages)
    configure_file(lib/install/${module}.pc.in ${PROJECT_BINARY_DIR}/${module}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/${module}.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()

install(FILES include/cbank.h TYPE INCLUDE)
install(DIRECTORY ${PROTO_OUT}/cbank TYPE INCLUDE FILES_MATCHING PATTERN "*.pb-c.h")
install(DIRECTORY proto/cbank DESTINATION ${CMAKE_INSTALL_DATADIR}/cbank/proto
    FILES_MATCHING PATTERN "*.proto")

if(TARGET cbank)
    file(RELATIVE_PATH BIN_TO_LIB ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
    set_target_properties(cbank PROPERTIES INSTALL_RPATH "$ORIGIN/${BIN_TO_LIB}")
    install(TARGETS cbank)
endif()
file(GLOB MANUAL CONFIGURE_DEPENDS cli/man/*.1)
install(FILES ${MANUAL} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
