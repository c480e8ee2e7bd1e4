// Check verifies files of cbank with libraries that others wrote.
//
// It prints one sentence and exits with 0 if the file is valid, 1 if it is not, 2 if it was
// called wrongly.
package main

import (
	"fmt"
	"os"
	"strings"
)

// A check takes its arguments and returns the sentence that says what was found valid.
type check struct {
	name      string
	arguments []string
	run       func(arguments []string) (string, error)
}

var checks = []check{
	{"note", []string{"FILE", "VKEY"}, checkNote},
	{"tlog-proof", []string{"FILE", "LEAF", "VKEY"}, checkTlogProof},
	{"consistency", []string{"FILE", "OLDNOTE", "VKEY"}, checkConsistency},
	{"dsse", []string{"FILE.json", "PUBKEYHEX", "TYPE"}, checkDSSE},
	{"dsse-pb", []string{"FILE", "PUBKEYHEX"}, checkDSSEProtobuf},
}

func main() {
	for _, chosen := range checks {
		if len(os.Args) == 2+len(chosen.arguments) && os.Args[1] == chosen.name {
			report(chosen.run(os.Args[2:]))
			return
		}
	}
	for _, known := range checks {
		fmt.Fprintln(os.Stderr, "check", known.name, strings.Join(known.arguments, " "))
	}
	os.Exit(2)
}

func report(found string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "not valid: %v\n", err)
		os.Exit(1)
	}
	fmt.Printf("valid: %s\n", found)
}
