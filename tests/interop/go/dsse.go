package main

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"google.golang.org/protobuf/encoding/protowire"
)

// key is an Ed25519 public key as the DSSE library takes it; keyids are always empty.
type key struct {
	public ed25519.PublicKey
}

func (k key) Verify(_ context.Context, data, signature []byte) error {
	if !ed25519.Verify(k.public, data, signature) {
		return errors.New("the signature is not by this key")
	}
	return nil
}

func (k key) KeyID() (string, error) { return "", nil }

func (k key) Public() crypto.PublicKey { return k.public }

func verifyEnvelope(envelope *dsse.Envelope, publicHex string) (string, error) {
	public, err := hex.DecodeString(publicHex)
	if err != nil || len(public) != ed25519.PublicKeySize {
		return "", errors.New("the public key is not 64 hexadecimal digits")
	}
	verifier, err := dsse.NewEnvelopeVerifier(key{public})
	if err != nil {
		return "", err
	}
	if _, err := verifier.Verify(context.Background(), envelope); err != nil {
		return "", err
	}
	return fmt.Sprintf("an envelope of type %s, signed by %s", envelope.PayloadType, publicHex), nil
}

func checkDSSE(arguments []string) (string, error) {
	file, err := os.ReadFile(arguments[0])
	if err != nil {
		return "", err
	}
	var envelope dsse.Envelope
	if err := json.Unmarshal(file, &envelope); err != nil {
		return "", err
	}
	if envelope.PayloadType != arguments[2] {
		return "", fmt.Errorf("the envelope is of type %q", envelope.PayloadType)
	}
	return verifyEnvelope(&envelope, arguments[1])
}

// eachField calls take for every length-delimited field; a cbank file and its envelope have no
// other kind of field.
func eachField(message []byte, take func(number protowire.Number, value []byte) error) error {
	for len(message) > 0 {
		number, kind, size := protowire.ConsumeTag(message)
		if size < 0 || kind != protowire.BytesType {
			return errors.New("this is not a cbank file")
		}
		message = message[size:]
		value, size := protowire.ConsumeBytes(message)
		if size < 0 {
			return protowire.ParseError(size)
		}
		if err := take(number, value); err != nil {
			return err
		}
		message = message[size:]
	}
	return nil
}

func readSignature(message []byte) (dsse.Signature, error) {
	var signature dsse.Signature
	err := eachField(message, func(number protowire.Number, value []byte) error {
		switch number {
		case 1:
			signature.Sig = base64.StdEncoding.EncodeToString(value)
		case 2:
			signature.KeyID = string(value)
		default:
			return fmt.Errorf("a signature has no field %d", number)
		}
		return nil
	})
	return signature, err
}

func readEnvelope(message []byte) (*dsse.Envelope, error) {
	var envelope dsse.Envelope
	err := eachField(message, func(number protowire.Number, value []byte) error {
		switch number {
		case 1:
			envelope.Payload = base64.StdEncoding.EncodeToString(value)
		case 2:
			envelope.PayloadType = string(value)
		case 3:
			signature, err := readSignature(value)
			if err != nil {
				return err
			}
			envelope.Signatures = append(envelope.Signatures, signature)
		default:
			return fmt.Errorf("an envelope has no field %d", number)
		}
		return nil
	})
	return &envelope, err
}

func checkDSSEProtobuf(arguments []string) (string, error) {
	file, err := os.ReadFile(arguments[0])
	if err != nil {
		return "", err
	}
	var serialised []byte
	err = eachField(file, func(number protowire.Number, value []byte) error {
		if number == 1 {
			serialised = value
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	if serialised == nil {
		return "", errors.New("the file holds no envelope")
	}
	envelope, err := readEnvelope(serialised)
	if err != nil {
		return "", err
	}
	return verifyEnvelope(envelope, arguments[1])
}
