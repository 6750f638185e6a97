namespace RescaleInterlink.Errors;

/// <summary>What went wrong, in the terms a caller decides by. The shell maps each kind to one error category.</summary>
public enum ErrorKind
{
    InvalidInput,
    NotFound,
    AlreadyExists,
    Authentication,
    Permission,
    RateLimited,
    Unreachable,
    TimedOut,
    ServerFault,
    Protocol,
    Integrity,
    DiskFull,
    LocalFile,
    SourceChanged,
    JobFailed,
    State,
    MissingDependency,
}
