/**
 * The accounts of people: their roles, their passwords' hashes, second factors and tokens, and what
 * changes them. Kept in documents that several managers share; log-ins are judged in {@code login}.
 */
package dev.heimdall.manager.accounts;
