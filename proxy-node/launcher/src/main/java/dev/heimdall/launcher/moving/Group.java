package dev.heimdall.launcher.moving;

import java.util.Map;

/**
 * Databases that one data source and one virtual database serve: they are on the same servers, with
 * the same log-in there and the same settings.
 *
 * @param name of both documents
 * @param databases by the names that clients use: the servers' names
 * @param common what the first of them says, and the others say alike
 * @param at where it says that
 */
record Group(String name, Map<String, String> databases, ConnectString common, Line at) {}
