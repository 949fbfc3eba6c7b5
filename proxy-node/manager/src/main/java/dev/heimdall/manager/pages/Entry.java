package dev.heimdall.manager.pages;

import dev.heimdall.manager.accounts.Permission;

/**
 * A link in the navigation, for those who have the permission.
 *
 * @param words as short as can be
 */
public record Entry(String words, String path, Permission permission) {}
