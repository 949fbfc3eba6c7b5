package dev.heimdall.engine.toy;

import dev.heimdall.engine.wire.Capabilities;

/**
 * What clients and servers agree on.
 *
 * @param features a bit for each
 */
record ToyCapabilities(int features) implements Capabilities {}
