"""Bicep's functions and decorators: how many arguments each takes, and what kind it gives back.

From "Functions overview for Bicep" and the pages below it on Microsoft Learn. A maximum of None: any number.
"""

from typing import NamedTuple


class Signature(NamedTuple):
    """Least and most arguments, and the kind of the result (any: it depends)."""

    least: int
    most: int | None
    gives: str = "any"


FUNCTIONS = {
    "any": Signature(1, 1),
    "array": Signature(1, 1, "array"),
    "base64": Signature(1, 1, "string"),
    "base64ToJson": Signature(1, 1),
    "base64ToString": Signature(1, 1, "string"),
    "bool": Signature(1, 1, "bool"),
    "buildUri": Signature(1, 1, "string"),
    "cidrHost": Signature(2, 2, "string"),
    "cidrSubnet": Signature(3, 3, "string"),
    "coalesce": Signature(1, None),
    "concat": Signature(1, None),
    "contains": Signature(2, 2, "bool"),
    "dataUri": Signature(1, 1, "string"),
    "dataUriToString": Signature(1, 1, "string"),
    "dateTimeAdd": Signature(2, 3, "string"),
    "dateTimeFromEpoch": Signature(1, 1, "string"),
    "dateTimeToEpoch": Signature(1, 1, "int"),
    "deployer": Signature(0, 0, "object"),
    "deployment": Signature(0, 0, "object"),
    "empty": Signature(1, 1, "bool"),
    "endsWith": Signature(2, 2, "bool"),
    "environment": Signature(0, 0, "object"),
    "extensionResourceId": Signature(3, None, "string"),
    "fail": Signature(1, 1),
    "filter": Signature(2, 2, "array"),
    "first": Signature(1, 1),
    "flatten": Signature(1, 1, "array"),
    "format": Signature(2, None, "string"),
    "getSecret": Signature(1, 2, "string"),
    "groupBy": Signature(2, 2, "object"),
    "guid": Signature(1, None, "string"),
    "indexOf": Signature(2, 2, "int"),
    "int": Signature(1, 1, "int"),
    "intersection": Signature(2, None),
    "items": Signature(1, 1, "array"),
    "join": Signature(2, 2, "string"),
    "json": Signature(1, 1),
    "last": Signature(1, 1),
    "lastIndexOf": Signature(2, 2, "int"),
    "length": Signature(1, 1, "int"),
    "list": Signature(2, 3),
    "listAccountSas": Signature(3, 3),
    "listKeys": Signature(2, 3),
    "loadFileAsBase64": Signature(1, 1, "string"),
    "loadJsonContent": Signature(1, 3),
    "loadTextContent": Signature(1, 2, "string"),
    "loadYamlContent": Signature(1, 3),
    "managementGroup": Signature(0, 1, "object"),
    "managementGroupResourceId": Signature(2, None, "string"),
    "map": Signature(2, 2, "array"),
    "mapValues": Signature(2, 2, "object"),
    "max": Signature(1, None, "int"),
    "min": Signature(1, None, "int"),
    "newGuid": Signature(0, 0, "string"),
    "objectKeys": Signature(1, 1, "array"),
    "padLeft": Signature(2, 3, "string"),
    "parseCidr": Signature(1, 1, "object"),
    "parseUri": Signature(1, 1, "object"),
    "pickZones": Signature(3, 5, "array"),
    "range": Signature(2, 2, "array"),
    "reduce": Signature(3, 3),
    "reference": Signature(1, 3, "object"),
    "replace": Signature(3, 3, "string"),
    "resourceGroup": Signature(0, 2, "object"),
    "resourceId": Signature(2, None, "string"),
    "roleDefinitions": Signature(1, 1, "object"),
    "shallowMerge": Signature(1, 1, "object"),
    "skip": Signature(2, 2),
    "sort": Signature(2, 2, "array"),
    "split": Signature(2, 2, "array"),
    "startsWith": Signature(2, 2, "bool"),
    "string": Signature(1, 1, "string"),
    "subscription": Signature(0, 1, "object"),
    "subscriptionResourceId": Signature(2, None, "string"),
    "substring": Signature(2, 3, "string"),
    "take": Signature(2, 2),
    "tenant": Signature(0, 0, "object"),
    "tenantResourceId": Signature(2, None, "string"),
    "toLogicalZone": Signature(3, 3, "string"),
    "toLogicalZones": Signature(3, 3, "array"),
    "toLower": Signature(1, 1, "string"),
    "toObject": Signature(2, 3, "object"),
    "toPhysicalZone": Signature(3, 3, "string"),
    "toPhysicalZones": Signature(3, 3, "array"),
    "toUpper": Signature(1, 1, "string"),
    "trim": Signature(1, 1, "string"),
    "tryGet": Signature(2, None),
    "union": Signature(2, None),
    "uniqueString": Signature(1, None, "string"),
    "uri": Signature(2, 2, "string"),
    "uriComponent": Signature(1, 1, "string"),
    "uriComponentToString": Signature(1, 1, "string"),
    "utcNow": Signature(0, 1, "string"),
}

DECORATORS = {
    "allowed": Signature(1, 1),
    "batchSize": Signature(1, 1),
    "description": Signature(1, 1),
    "discriminator": Signature(1, 1),
    "export": Signature(0, 0),
    "maxLength": Signature(1, 1),
    "maxValue": Signature(1, 1),
    "metadata": Signature(1, 1),
    "minLength": Signature(1, 1),
    "minValue": Signature(1, 1),
    "onlyIfNotExists": Signature(0, 0),
    "retryOn": Signature(1, 2),
    "sealed": Signature(0, 0),
    "secure": Signature(0, 0),
    "validate": Signature(1, 2),
    "waitUntil": Signature(2, 2),
}

LAMBDAS = {"filter": 1, "map": 1, "mapValues": 1, "groupBy": 1, "sort": 2, "toObject": 1}
"""Functions whose lambdas take that many parameters at least."""

SCOPED = {"resourceGroup", "subscription", "managementGroup", "tenant"}
NAMESPACES = {"az", "sys"}
