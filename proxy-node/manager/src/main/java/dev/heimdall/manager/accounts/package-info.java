/**
 * The accounts of people: their roles, their passwords' hashes, and what changes them. Kept in a
 * document that several managers share; log-ins themselves are judged in {@code login}.
 */
package dev.heimdall.manager.accounts;
