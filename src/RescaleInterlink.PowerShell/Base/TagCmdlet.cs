using RescaleInterlink.Errors;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>Changes tags, one call for each: the platform knows no other way.</summary>
public abstract class TagCmdlet : RescaleCmdlet
{
    /// <summary>Changes the tags of one thing. A tag that is refused is one error record, and the others go on; when it is the thing that is missing, or
    /// the platform, there is nothing to go on with.</summary>
    /// <param name="id">Of the thing; the target of the errors.</param>
    /// <param name="target">What a question calls it.</param>
    /// <param name="tags">Each once.</param>
    /// <param name="question">What is asked for a tag.</param>
    /// <param name="change">The call.</param>
    /// <returns>Whether any was changed.</returns>
    private protected async Task<bool> ChangeTagsAsync(string id, string target, IEnumerable<string> tags, Func<string, string> question, Func<string, Task> change)
    {
        bool changed = false;
        foreach (string tag in tags)
        {
            if (!await ShouldProcessAsync(target, question(tag)))
                continue;
            try
            {
                await change(tag);
                changed = true;
            }
            catch (RescaleException e) when (e.Kind is not (ErrorKind.NotFound or ErrorKind.Authentication or ErrorKind.Unreachable or ErrorKind.TimedOut or ErrorKind.RateLimited))
            {
                await WriteErrorAsync(new RescaleException(e.ErrorId, e.Kind, $"Tag '{tag}': {e.Message}", e.RecommendedAction, e), id);
            }
        }

        return changed;
    }
}
