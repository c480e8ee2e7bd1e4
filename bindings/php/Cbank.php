<?php
/**
 * cbank from PHP: FFI on the installed library, messages by protoc's PHP classes.
 *
 * A worked example of how a language is added (../README.md), small on purpose: one way to make
 * each kind of call. The declarations are the header itself.
 */

declare(strict_types=1);

namespace Cbank;

use FFI;
use Google\Protobuf\Internal\Message;

/** Why a call failed, as the library says it. */
class Refused extends \RuntimeException
{
    public function __construct(
        public readonly int $status,
        public readonly string $reason,
        string $message,
        public readonly string $remedy,
        /** What a verification wrote although it said no; "" otherwise. */
        public readonly string $reply
    ) {
        parent::__construct($message, $status);
    }
}

/** A bank, key, verifier or job; closed by close(), or when nobody holds it any more. */
final class Handle
{
    public function __construct(private ?FFI\CData $pointer, private \Closure $closer)
    {
    }

    public function pointer(): FFI\CData
    {
        return $this->pointer ?? throw new \LogicException('it is closed');
    }

    public function close(): void
    {
        if ($this->pointer !== null) {
            ($this->closer)($this->pointer);
            $this->pointer = null;
        }
    }

    public function __destruct()
    {
        $this->close();
    }
}

/** libcbank.so. One object for a program is enough. */
final class Library
{
    private const NEEDS_INPUT = 2;
    private const HAS_OUTPUT = 3;
    private const DONE = 4;
    private const PIECE = 1 << 20;

    private readonly FFI $c;

    public function __construct(string $header, string $object = 'libcbank.so.0')
    {
        $this->c = FFI::cdef(self::declarations(file_get_contents($header)), $object);
    }

    /** The header without what only a C compiler reads. */
    private static function declarations(string $text): string
    {
        $text = preg_replace('~/\*.*?\*/~s', '', $text);
        $text = substr($text, strpos($text, 'typedef enum cbank_status'));
        return preg_replace(['~^#.*$~m', '~^}$~m', '~\bCBANK_(API|CHECKED)\b~'], '', $text);
    }

    public function version(): string
    {
        return $this->c->cbank_version();
    }

    /**
     * A call of the one shape: handles, a request if it takes one, a reply. What is not OK is thrown.
     *
     * @param list<Handle> $handles in the order of the header
     * @param Message|null $reply   is filled
     */
    public function ask(string $name, array $handles, ?Message $request, ?Message $reply): void
    {
        $err = $this->c->new('cbank_error');
        $out = $this->c->new('cbank_buffer');
        $status = $this->c->$name(
            ...$this->pointers($handles),
            ...$this->packed($request),
            ...($name === 'cbank_bank_create' ? [null, 0] : []), // no passphrase
            ...[FFI::addr($out), FFI::addr($err)]
        );
        $data = $this->taken($out);
        $this->check($status, $err, $data);
        $reply?->mergeFromString($data);
    }

    /**
     * A handle.
     *
     * @param list<mixed> $arguments what stands before `out` in the header
     */
    public function open(string $noun, string $call, array $arguments): Handle
    {
        $err = $this->c->new('cbank_error');
        $out = $this->c->new("cbank_$noun *");
        $this->check($this->c->$call(...$arguments, ...[FFI::addr($out), FFI::addr($err)]), $err);
        $close = "cbank_{$noun}_close";
        return new Handle($out, fn (FFI\CData $it) => $this->c->$close($it));
    }

    public function key(string $suite): Handle
    {
        return $this->open('key', 'cbank_key_new', [$suite]);
    }

    public function bank(string $path): Handle
    {
        return $this->open('bank', 'cbank_bank_open', [$path, null, 0]);
    }

    public function verifier(Message $request): Handle
    {
        return $this->open('verifier', 'cbank_verifier_open', $this->packed($request));
    }

    /**
     * A job from its beginning to its end; returns its output.
     *
     * @param list<Handle> $handles
     */
    public function run(
        string $name,
        array $handles,
        ?Message $request,
        string $input,
        Message $reply
    ): string {
        $job = $this->open('job', $name, [...$this->pointers($handles), ...$this->packed($request)]);
        $err = $this->c->new('cbank_error');
        $state = $this->c->new('cbank_job_state');
        $output = '';
        for ($at = 0;;) {
            $this->check(
                $this->c->cbank_job_step($job->pointer(), 50, FFI::addr($state), FFI::addr($err)),
                $err
            );
            if ($state->cdata === self::DONE) {
                break;
            }
            if ($state->cdata === self::NEEDS_INPUT && $at < strlen($input)) {
                [$piece, $size] = $this->bytes(substr($input, $at, self::PIECE));
                $this->check(
                    $this->c->cbank_job_feed($job->pointer(), $piece, $size, FFI::addr($err)),
                    $err
                );
                $at += $size;
            } elseif ($state->cdata === self::NEEDS_INPUT) {
                $this->check($this->c->cbank_job_feed_end($job->pointer(), FFI::addr($err)), $err);
            } elseif ($state->cdata === self::HAS_OUTPUT) {
                $output .= $this->answer('cbank_job_read', $job);
            }
        }
        $reply->mergeFromString($this->answer('cbank_job_finish', $job));
        $job->close();
        return $output;
    }

    private function answer(string $name, Handle $job): string
    {
        $err = $this->c->new('cbank_error');
        $out = $this->c->new('cbank_buffer');
        $status = $this->c->$name($job->pointer(), FFI::addr($out), FFI::addr($err));
        $data = $this->taken($out);
        $this->check($status, $err);
        return $data;
    }

    /**
     * @param list<Handle> $handles
     * @return list<FFI\CData>
     */
    private function pointers(array $handles): array
    {
        return array_map(fn (Handle $each) => $each->pointer(), $handles);
    }

    /** @return array{}|array{FFI\CData, int} a request as the two arguments of C; none without one */
    private function packed(?Message $request): array
    {
        return $request === null ? [] : $this->bytes($request->serializeToString());
    }

    /** @return array{FFI\CData, int} */
    private function bytes(string $data): array
    {
        $size = strlen($data);
        $copy = $this->c->new('uint8_t[' . max($size, 1) . ']');
        FFI::memcpy($copy, $data, $size);
        return [$copy, $size];
    }

    private function taken(FFI\CData $out): string
    {
        $data = $out->size > 0 ? FFI::string($out->data, $out->size) : '';
        $this->c->cbank_buffer_clear(FFI::addr($out));
        return $data;
    }

    private function check(int $status, FFI\CData $err, string $reply = ''): void
    {
        if ($status === 0) {
            return;
        }
        [$message, $remedy] = [$this->c->new('char[512]'), $this->c->new('char[512]')];
        $this->c->cbank_error_text(FFI::addr($err), 'zh', $message, 512, $remedy, 512);
        throw new Refused(
            $status,
            $this->c->cbank_reason_name($err->reason),
            FFI::string($message),
            FFI::string($remedy),
            $reply
        );
    }
}
