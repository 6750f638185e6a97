namespace RescaleInterlink.Jobs;

public enum SubmitMode { CreateAndSubmit, CreateOnly }

/// <summary>The words that tables and templates use for a submit mode (interop files 4.5).</summary>
public static class SubmitModes
{
    /// <summary>Empty, <c>yes</c>, <c>true</c>, <c>submit</c>, <c>create_and_submit</c>; or <c>no</c>, <c>false</c>,
    /// <c>create_only</c>, <c>draft</c>; case and outer blanks do not matter.</summary>
    public static bool TryParse(string? text, out SubmitMode mode)
    {
        mode = SubmitMode.CreateAndSubmit;
        switch (text?.Trim().ToUpperInvariant())
        {
            case null or "" or "YES" or "TRUE" or "SUBMIT" or "CREATE_AND_SUBMIT":
                return true;
            case "NO" or "FALSE" or "CREATE_ONLY" or "DRAFT":
                mode = SubmitMode.CreateOnly;
                return true;
            default:
                return false;
        }
    }
}
