/**
 * Authentication: the first user, whose password is kept elsewhere and may change at any time, and
 * people with accounts. Guessing is slowed down for addresses and accounts.
 */
package dev.heimdall.manager.login;
