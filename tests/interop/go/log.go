package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// openCheckpoint verifies a note with sumdb/note and reads its tree with sumdb/tlog, which wants
// the first line that the Go checksum database writes.
func openCheckpoint(signed []byte, vkey string) (origin string, tree tlog.Tree, err error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return "", tlog.Tree{}, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return "", tlog.Tree{}, err
	}
	origin, rest, _ := strings.Cut(opened.Text, "\n")
	if strings.Count(rest, "\n") != 2 {
		return "", tlog.Tree{}, errors.New("the checkpoint has not exactly three lines")
	}
	tree, err = tlog.ParseTree([]byte("go.sum database tree\n" + rest))
	return origin, tree, err
}

func checkNote(arguments []string) (string, error) {
	signed, err := os.ReadFile(arguments[0])
	if err != nil {
		return "", err
	}
	origin, tree, err := openCheckpoint(signed, arguments[1])
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("a checkpoint of %s at size %d with root %s", origin, tree.N, tree.Hash), nil
}

// parseHead reads lines "WORD NUMBER", then hashes, then an empty line; the rest is a note. Both
// c2sp.org/tlog-proof and the add-checkpoint request of c2sp.org/tlog-witness have this form.
func parseHead(text, word string) (number int64, hashes []tlog.Hash, rest string, err error) {
	line, text, _ := strings.Cut(text, "\n")
	if !strings.HasPrefix(line, word+" ") {
		return 0, nil, "", fmt.Errorf("the line %q is missing", word)
	}
	if number, err = strconv.ParseInt(line[len(word)+1:], 10, 64); err != nil {
		return 0, nil, "", err
	}
	for {
		line, rest, found := strings.Cut(text, "\n")
		if !found {
			return 0, nil, "", errors.New("no empty line before the checkpoint")
		}
		if line == "" {
			return number, hashes, rest, nil
		}
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return 0, nil, "", err
		}
		hashes, text = append(hashes, hash), rest
	}
}

const tlogProofLine = "c2sp.org/tlog-proof@v1\n"

func checkTlogProof(arguments []string) (string, error) {
	file, err := os.ReadFile(arguments[0])
	if err != nil {
		return "", err
	}
	leaf, err := os.ReadFile(arguments[1])
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(string(file), tlogProofLine) {
		return "", errors.New("this is not a tlog-proof")
	}
	index, path, signed, err := parseHead(string(file[len(tlogProofLine):]), "index")
	if err != nil {
		return "", err
	}
	origin, tree, err := openCheckpoint([]byte(signed), arguments[2])
	if err != nil {
		return "", err
	}
	if err := tlog.CheckRecord(path, tree.N, tree.Hash, index, tlog.RecordHash(leaf)); err != nil {
		return "", err
	}
	return fmt.Sprintf("entry %d is in %s at size %d", index, origin, tree.N), nil
}

func checkConsistency(arguments []string) (string, error) {
	file, err := os.ReadFile(arguments[0])
	if err != nil {
		return "", err
	}
	oldSigned, err := os.ReadFile(arguments[1])
	if err != nil {
		return "", err
	}
	oldSize, path, signed, err := parseHead(string(file), "old")
	if err != nil {
		return "", err
	}
	oldOrigin, old, err := openCheckpoint(oldSigned, arguments[2])
	if err != nil {
		return "", err
	}
	origin, tree, err := openCheckpoint([]byte(signed), arguments[2])
	if err != nil {
		return "", err
	}
	if origin != oldOrigin || oldSize != old.N {
		return "", errors.New("the proof begins at another checkpoint")
	}
	if err := tlog.CheckTree(path, tree.N, tree.Hash, old.N, old.Hash); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s grew from size %d to %d", origin, old.N, tree.N), nil
}
