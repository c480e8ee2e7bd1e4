// Checks what cbank writes with the Go project's and secure-systems-lab's own libraries. The
// versions are the newest that Go 1.19, which Debian 12 has, can build.
module cbank.example/interop

go 1.19

require (
	github.com/secure-systems-lab/go-securesystemslib v0.5.0
	golang.org/x/mod v0.20.0
	google.golang.org/protobuf v1.33.0
)

require (
	golang.org/x/crypto v0.8.0 // indirect
	golang.org/x/sys v0.7.0 // indirect
)
