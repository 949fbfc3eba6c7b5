package dev.heimdall.manager.edit;

import java.util.Optional;

/**
 * An edit that was made over a version that is not there any more.
 *
 * @param over the version that the author had read; empty: there was no such document
 * @param now the version that is there; empty: there is none
 */
public record Conflict(String document, Optional<String> over, Optional<String> now) {}
