package dev.heimdall.model;

import java.net.URI;
import java.util.Optional;

/**
 * A global cluster in RDS, for those who ask the API about it.
 *
 * @param name its identifier
 * @param region where to ask; empty for the caller's own region
 * @param endpoint where the API is, if it is not where AWS has it
 */
public record GlobalPlace(String name, Optional<String> region, Optional<URI> endpoint) {}
