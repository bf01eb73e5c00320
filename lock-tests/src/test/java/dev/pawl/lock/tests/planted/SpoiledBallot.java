package dev.pawl.lock.tests.planted;

/** A word that the glossary has another one for. */
final class SpoiledBallot {}
