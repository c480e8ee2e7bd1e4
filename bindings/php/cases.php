<?php
/**
 * The shared cases of tests/vectors, from PHP.
 *
 * Usage: php cases.php CBANK_H GENERATED FILES WORK
 */

declare(strict_types=1);

use Google\Protobuf\DescriptorPool;
use Google\Protobuf\FieldDescriptor;
use Google\Protobuf\Internal\GPBType;
use Google\Protobuf\Internal\Message;

require __DIR__ . '/load.php';

[, $header, , $files, $work] = $argv;
$library = new Cbank\Library($header);
$calls = [];
foreach (explode("\n", trim(stream_get_contents(STDIN))) as $line) { // what face.py prints
    [$name, $request, $reply, $jobReply] = explode(' ', $line);
    $calls[$name] = [$request, $jobReply === 'None' ? $reply : $jobReply, $jobReply !== 'None'];
}

/** "cbank.v1.Plan" as an empty message. */
function message(string $name): Message
{
    $class = '\\' . str_replace(' ', '\\', ucwords(str_replace('.', ' ', $name)));
    return new $class();
}

/** A request of the cases as proto3 JSON. */
function plain(mixed $value, string $files, string $scene): mixed
{
    if (is_array($value) && array_keys($value) === ['@file']) {
        return base64_encode(file_get_contents("$files/{$value['@file']}"));
    }
    if (is_array($value)) {
        return array_map(fn ($each) => plain($each, $files, $scene), $value);
    }
    return is_string($value) ? str_replace('{scene}', $scene, $value) : $value;
}

function field(Message $message, string $name): FieldDescriptor
{
    $kind = DescriptorPool::getGeneratedPool()->getDescriptorByClassName($message::class);
    for ($i = 0; $i < $kind->getFieldCount(); $i++) {
        if ($kind->getField($i)->getName() === $name) {
            return $kind->getField($i);
        }
    }
    throw new LogicException("no field $name");
}

function text(FieldDescriptor $field, mixed $value): string
{
    if ($field->getType() === GPBType::ENUM) {
        for ($i = 0; $i < $field->getEnumType()->getValueCount(); $i++) {
            if ($field->getEnumType()->getValue($i)->getNumber() === $value) {
                return $field->getEnumType()->getValue($i)->getName();
            }
        }
    }
    return match ($field->getType()) {
        GPBType::BYTES => bin2hex($value),
        GPBType::BOOL => $value ? 'true' : 'false',
        default => (string) $value,
    };
}

function look(Message $message, string $path): string
{
    $value = $message;
    $field = null;
    foreach (explode('/', $path) as $step) {
        if (str_contains($step, '.')) {
            $inside = message($step);
            $inside->mergeFromString($value);
            $value = $inside;
        } elseif ($step === '#') {
            return (string) count($value);
        } elseif (ctype_digit($step)) {
            $value = $value[(int) $step];
        } else {
            $value ??= new ($field->getMessageType()->getClass())(); // absent: its default
            $field = field($value, $step);
            $value = $value->{'get' . str_replace('_', '', ucwords($step, '_'))}();
        }
    }
    return text($field, $value);
}

[$held, $wrong] = [0, 0];
$hold = function (string $where, string $wanted, string $found) use (&$held, &$wrong): void {
    if ($wanted === $found) {
        $held++;
    } else {
        $wrong++;
        echo "$where: expected $wanted, found $found\n";
    }
};

$table = json_decode(file_get_contents("$files/cases.json"), true, 64, JSON_THROW_ON_ERROR);
foreach ($table['scenes'] as $number => $scene) {
    $handles = [];
    $folder = "$work/$number";
    mkdir($folder, 0700);
    foreach ($scene['steps'] as $step) {
        [$request, $reply, $begins] = $calls[$step['call']];
        $ask = $request === 'None' ? null : message($request);
        $ask?->mergeFromJsonString(json_encode(
            plain($step['request'] ?? [], $files, $folder) ?: new stdClass()
        ));
        $told = $reply === 'None' ? null : message($reply);
        $with = array_map(fn ($name) => $handles[$name], $step['handles'] ?? []);
        $path = str_replace('{scene}', $folder, $step['path'] ?? '');
        [$status, $reason, $output, $made] = [0, '', '', null];
        try {
            if ($begins) {
                $feed = isset($step['feed']) ? file_get_contents("$files/{$step['feed']}") : '';
                $output = $library->run($step['call'], $with, $ask, $feed, $told);
            } else {
                $made = match ($step['call']) {
                    'cbank_key_new' => $library->key($path),
                    'cbank_bank_open' => $library->bank($path),
                    'cbank_verifier_open' => $library->verifier($ask),
                    default => $library->ask($step['call'], $with, $ask, $told),
                };
            }
        } catch (Cbank\Refused $refused) {
            [$status, $reason] = [$refused->status, $refused->reason];
            $told?->mergeFromString($refused->reply);
        }
        $where = "{$scene['name']} / {$step['name']}";
        $hold($where, (string) $step['status'], (string) $status);
        $hold($where, $step['reason'], $reason);
        if (isset($step['makes']) && $made !== null) {
            $handles[$step['makes']] = $made;
        }
        if (isset($step['output'])) {
            $hold($where, file_get_contents("$files/{$step['output']}"), $output);
        }
        foreach ($step['expect'] ?? [] as $at => $value) {
            $hold("$where / $at", $value, look($told, $at));
        }
    }
}
foreach ($table['files'] as $each) {
    $read = message($each['message']);
    $read->mergeFromString(file_get_contents("$files/{$each['file']}"));
    foreach ($each['expect'] as $at => $value) {
        $hold("{$each['file']} / $at", $value, look($read, $at));
    }
}
echo "$held expectations hold, $wrong do not\n";
exit($wrong > 0 || $held !== $table['expectations'] ? 1 : 0);
