namespace RescaleInterlink.Library.Folders;

/// <summary>What becomes of symbolic links and junctions beneath a folder that is sent.</summary>
public enum SymbolicLinkPolicy
{
    /// <summary>What they lead to is sent in their place; a link to a folder above itself is not entered.</summary>
    Follow,

    /// <summary>They are left out.</summary>
    Skip,

    /// <summary>Each is an error, and left out.</summary>
    Error,
}
