package dev.heimdall.manager.pages;

import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What every page has around its content.
 *
 * @param user who has logged in; empty: nobody
 * @param edits whether he may change the configuration
 * @param csrf what forms show
 * @param place of the configuration
 * @param told what happened just now
 * @param asset where a script or style sheet is
 */
public record Shell(
    String title,
    Optional<String> user,
    boolean edits,
    String csrf,
    String place,
    Optional<String> told,
    UnaryOperator<String> asset) {}
