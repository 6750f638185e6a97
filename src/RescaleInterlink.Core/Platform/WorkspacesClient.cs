using RescaleInterlink.Errors;
using RescaleInterlink.Platform.Wire;

namespace RescaleInterlink.Platform;

/// <summary>What a workspace prescribes (interop API 8.1).</summary>
public sealed class WorkspacesClient
{
    private readonly ApiChannel _channel;

    internal WorkspacesClient(ApiChannel channel) => _channel = channel;

    /// <summary>The custom fields of the workspace's jobs.</summary>
    /// <param name="organizationCode">The company's code, as the profile has it.</param>
    /// <exception cref="RescaleException">RequestRejected for an unknown workspace, ...</exception>
    public async Task<WorkspaceFields> GetCustomFieldsAsync(string organizationCode, string workspaceId, CancellationToken cancellationToken)
    {
        var call = new ApiCall(
            HttpMethod.Get,
            $"/api/v2/organizations/{Uri.EscapeDataString(organizationCode)}/workspaces/{Uri.EscapeDataString(workspaceId)}/custom-fields/",
            _channel.Policy.Ordinary,
            $"the custom fields of the workspace '{workspaceId}'");
        var answer = await _channel.GetAsync(call, PlatformJson.Default.WorkspaceFieldsDto, cancellationToken).ConfigureAwait(false);
        return new WorkspaceFields(answer.IsEnabled ?? false, [.. Fields(answer)]);
    }

    private static IEnumerable<WorkspaceField> Fields(WorkspaceFieldsDto answer)
        => from type in answer.Fields ?? []
           from section in type.Value ?? []
           from field in section.Value ?? []
           where !string.IsNullOrEmpty(field?.Name)
           select new WorkspaceField(
               field.Name!, type.Key, section.Key, field.ValueType, Texts.Present(field.EnumOptions), field.IsRequired ?? false, field.IsMultiple ?? false, field.AllowOther ?? false);
}
