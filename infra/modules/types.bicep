// Types that more than one file uses.

@export()
@description('Tags of a resource: name and value.')
type tagSet = {
  @description('The value of a tag.')
  *: string
}

@export()
@description('Settings of the app: names and values of environment variables.')
type settingSet = {
  @description('The value of a setting.')
  *: string
}

@export()
@description('An identity in Entra ID that gets a role.')
type principal = {
  @description('Object id of the user, the group or the managed identity (not its client id).')
  @minLength(36)
  @maxLength(36)
  id: string

  @description('Type of the identity. Without it the deployment may not find an identity that was just created, and fail.')
  type: 'User' | 'Group' | 'ServicePrincipal'
}

@export()
@description('A role assignment: an Azure role, and the identity that gets it.')
type roleGrant = {
  @description('Id of the role, a GUID.')
  @minLength(36)
  @maxLength(36)
  roleId: string

  @description('The identity that gets it.')
  principal: principal
}
