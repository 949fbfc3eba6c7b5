/**
 * Documents as people and programs see them, without their secrets. What comes back gets those
 * again that it still names.
 */
package dev.heimdall.manager.masks;
