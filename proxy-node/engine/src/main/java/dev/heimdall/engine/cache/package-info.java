/**
 * Results that the node keeps of each virtual database, what they are known by and how long they
 * hold ({@code QueryCache}). It knows neither sessions nor protocols: bytes and values are opaque
 * to it, and what was written it asks {@code route}.
 */
package dev.heimdall.engine.cache;
