namespace RescaleInterlink.Sandbox.Faults;

/// <summary>What can go wrong with an exchange. "The body" is the request's when it has one, else the answer's.</summary>
internal enum FaultKind
{
    /// <summary>Waits for <c>milliseconds</c>, then goes on as usual.</summary>
    Latency,

    /// <summary>Answers <c>status</c> (503) with the error body of the listener, after reading the request's body. Nothing is done.</summary>
    Status,

    /// <summary>Resets the connection before anything is read or done.</summary>
    ResetBefore,

    /// <summary>Reads the request's body to its end and resets, with nothing done; without one, sends the whole answer and resets.</summary>
    ResetAfter,

    /// <summary>Resets in the body, behind its first <c>afterBytes</c> (half of it).</summary>
    ResetDuring,

    /// <summary>
    /// Falls silent behind <c>afterBytes</c> of the body (0: before anything is done; at the latest before the last byte of an answer), for <c>milliseconds</c> and then goes on, or until the client has had enough.
    /// </summary>
    Stall,

    /// <summary>Sends only <c>afterBytes</c> (half) of the answer's body under its full Content-Length and closes.</summary>
    Truncate,

    /// <summary>Sends <c>afterBytes</c> (16) bytes more than the answer's Content-Length and closes.</summary>
    Oversize,

    /// <summary>Does the work, then resets the connection instead of answering.</summary>
    LoseReply,

    /// <summary>Does the work, then answers with its status and a page of HTML, as a proxy does.</summary>
    GarbleReply,

    /// <summary>Answers 200 with an error body; nothing is done.</summary>
    OkWithError,

    /// <summary>Ends the validity of all storage credentials, then goes on: S3 answers ExpiredToken, Azure AuthenticationFailed.</summary>
    ExpireCredentials,

    /// <summary>Replaces the object that is asked for by one of equal length and other content, then goes on.</summary>
    ObjectChanged,
}
