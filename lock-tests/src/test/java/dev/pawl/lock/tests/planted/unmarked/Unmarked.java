package dev.pawl.lock.tests.planted.unmarked;

final class Unmarked {

    private Unmarked() {}
}
