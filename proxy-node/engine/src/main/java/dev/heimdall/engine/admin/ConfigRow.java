package dev.heimdall.engine.admin;

/**
 * One effective setting.
 *
 * @param key its path in the configuration, such as "vdbs.shop.pool.size"
 * @param value as written or by default; a secret is masked where the row is made
 * @param defaultValue what holds when nothing is written, null when it must be written
 * @param changeable whether a reload takes a change over without a restart
 */
public record ConfigRow(String key, String value, String defaultValue, boolean changeable) {}
