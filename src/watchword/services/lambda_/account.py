"""What an account may have of functions, how many may run at once, and how many of one function.

Limits of concurrency are those of one host. What is reserved for a function is the most that it gets; 0 stops
it.
Source: AWS Lambda API Reference, GetAccountSettings, PutFunctionConcurrency and its siblings.
"""

from watchword.functions.package import MOST_UNZIPPED, MOST_ZIPPED
from watchword.functions.pool import MOST_OF_ACCOUNT
from watchword.services.lambda_.code import TOTAL_CODE
from watchword.services.lambda_.demands import function_of, on_everything, on_function
from watchword.services.lambda_.errors import invalid
from watchword.services.lambda_.functions import current
from watchword.services.operation import Call, Operation, Output, reads, writes
from watchword.store.functions import functions, versions

UNRESERVED = 4
"""How many must be left for functions for which nothing is reserved."""


def get_account_settings(call: Call) -> Output:
    """GetAccountSettings."""
    here = (call.tx, call.account, call.context.region)
    return {
        "AccountLimit": {
            "TotalCodeSize": TOTAL_CODE,
            "CodeSizeUnzipped": MOST_UNZIPPED,
            "CodeSizeZipped": MOST_ZIPPED,
            "ConcurrentExecutions": MOST_OF_ACCOUNT,
            "UnreservedConcurrentExecutions": MOST_OF_ACCOUNT - functions.reserved(*here),
        },
        "AccountUsage": {
            "TotalCodeSize": versions.code_size(*here),
            "FunctionCount": functions.count(*here),
        },
    }


def put_concurrency(call: Call) -> Output:
    """PutFunctionConcurrency."""
    function, wanted = current(call), call.input["ReservedConcurrentExecutions"]
    others = functions.reserved(call.tx, function.account, function.region) - (function.reserved or 0)
    if wanted + others > MOST_OF_ACCOUNT - UNRESERVED:
        raise invalid(
            "Specified ReservedConcurrentExecutions for function decreases account's "
            f"UnreservedConcurrentExecution below its minimum value of [{UNRESERVED}]."
        )
    functions.reserve(call.tx, function, wanted)
    return {"ReservedConcurrentExecutions": wanted}


def get_concurrency(call: Call) -> Output:
    """GetFunctionConcurrency."""
    reserved = function_of(call).function.reserved
    return {} if reserved is None else {"ReservedConcurrentExecutions": reserved}


def delete_concurrency(call: Call) -> Output:
    """DeleteFunctionConcurrency."""
    functions.reserve(call.tx, current(call), None)
    return {}


def get_code_signing(call: Call) -> Output:
    """GetFunctionCodeSigningConfig: no function has one."""
    return {"FunctionName": function_of(call).function.name}


OPERATIONS: dict[str, Operation] = {
    "GetAccountSettings": reads(get_account_settings, on_everything("GetAccountSettings")),
    "PutFunctionConcurrency": writes(put_concurrency, on_function("PutFunctionConcurrency")),
    "GetFunctionConcurrency": reads(get_concurrency, on_function("GetFunctionConcurrency")),
    "DeleteFunctionConcurrency": writes(delete_concurrency, on_function("DeleteFunctionConcurrency")),
    "GetFunctionCodeSigningConfig": reads(get_code_signing, on_function("GetFunctionCodeSigningConfig")),
}
