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
}
