package dev.heimdall.cdk.sync;

import java.util.List;

/**
 * The events of RDS that wake the function, by their ids: their categories are spelled differently
 * in different places. A test of the module {@code test} holds them against what the function
 * knows.
 */
final class RdsEvents {
  static final List<String> IDS =
      List.of(
          "RDS-EVENT-0004",
          "RDS-EVENT-0006",
          "RDS-EVENT-0069",
          "RDS-EVENT-0070",
          "RDS-EVENT-0071",
          "RDS-EVENT-0072",
          "RDS-EVENT-0073",
          "RDS-EVENT-0172",
          "RDS-EVENT-0181",
          "RDS-EVENT-0182",
          "RDS-EVENT-0183",
          "RDS-EVENT-0184",
          "RDS-EVENT-0185",
          "RDS-EVENT-0186",
          "RDS-EVENT-0187",
          "RDS-EVENT-0238",
          "RDS-EVENT-0239",
          "RDS-EVENT-0240",
          "RDS-EVENT-0241",
          "RDS-EVENT-0247",
          "RDS-EVENT-0248",
          "RDS-EVENT-0249",
          "RDS-EVENT-0250",
          "RDS-EVENT-0251",
          "RDS-EVENT-0252",
          "RDS-EVENT-0259",
          "RDS-EVENT-0260",
          "RDS-EVENT-0261",
          "RDS-EVENT-0385",
          "RDS-EVENT-0390",
          "RDS-EVENT-0391",
          "RDS-EVENT-0397",
          "RDS-EVENT-0423",
          "RDS-EVENT-0519");

  private RdsEvents() {}
}
