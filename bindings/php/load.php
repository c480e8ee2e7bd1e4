<?php
/** Finds the classes: ours here, protoc's in the folder that the second argument names. */

declare(strict_types=1);

require __DIR__ . '/Cbank.php';

spl_autoload_register(function (string $class) use ($argv): void {
    $path = str_replace('\\', '/', $class) . '.php';
    foreach ([$argv[2] . '/', ''] as $folder) { // then PHP's own include path
        $found = stream_resolve_include_path($folder . $path);
        if ($found !== false) {
            require_once $found;
            return;
        }
    }
});
