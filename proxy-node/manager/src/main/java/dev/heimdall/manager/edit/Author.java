package dev.heimdall.manager.edit;

/**
 * Who makes an edit.
 *
 * @param address where the request came from
 */
public record Author(String user, String address) {}
