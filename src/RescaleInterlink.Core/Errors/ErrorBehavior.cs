namespace RescaleInterlink.Errors;

/// <summary>What the one owner of retries may do about a failure.</summary>
public enum ErrorBehavior
{
    /// <summary>Trying again cannot help.</summary>
    Fatal,

    /// <summary>The same request may succeed later.</summary>
    Retry,

    /// <summary>The same request may succeed with fresh credentials.</summary>
    RefreshCredentials,

    /// <summary>The same request will succeed when the server has been left alone for a while: for
    /// <see cref="RescaleException.RetryAfter"/> when it said how long.</summary>
    Wait,
}
